import assert from "node:assert/strict";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import { DelayLine } from "../../../modules/signal/delay_line.ts";
import { feedback } from "../../../modules/signal/feedback.ts";
import { flatten, type Scope } from "../../../modules/signal/flatten.ts";
import { constant, Signal } from "../../../modules/signal/signal.ts";
import { makeNode } from "../../../modules/signal/source.ts";

const scope: Scope = { name: "instrument one", forbidden: ["bus"], parameters: new Set([0]) };
const parameter = (attribute = 0) => new Signal(makeNode({ op: "parameter", type: "f32", attribute }));
const graphOf = (...outputs: Signal[]) => flatten(outputs.map(({ source }) => source), scope);

Deno.test("arguments come before their users, equal nodes are one, and what nothing needs is left out", () => {
  parameter().plus(99);
  const { nodes, outputs } = graphOf(parameter().plus(1).times(parameter().plus(1)), parameter().plus(1));
  assert.deepEqual(nodes.map(({ op }) => op), ["parameter", "constant", "add", "multiply"]);
  nodes.forEach(({ args }, index) => assert.ok(args.every((arg) => arg < index)));
  assert.deepEqual(outputs, [3, 2]);
});

Deno.test("states and lines are followed to what feeds them, also in circles", () => {
  const line = new DelayLine(9);
  const sum = feedback(0.5, (before) => before.times(0.5).plus(line.read(3)));
  line.write(sum);
  const { states, lines, nodes } = graphOf(sum);
  assert.deepEqual(states.map(({ initial }) => initial), [0.5]);
  assert.deepEqual(lines.map(({ frames }) => frames), [9]);
  assert.deepEqual([nodes[states[0].next].op, lines[0].write], ["add", states[0].next]);
});

Deno.test("what does not belong there is refused with the part of the patch and the reason", () => {
  const wrong: readonly [() => unknown, RegExp][] = [
    [() => graphOf(parameter(1)), /^PatchError: instrument one: .*parameter that was declared elsewhere/],
    [
      () => graphOf(new Signal(makeNode({ op: "bus", type: "f32" }))),
      /the sum of an instrument, which only the output has/,
    ],
    [() => graphOf(new DelayLine(4).read(1)), /a delay line is read but never written/],
    [
      () => feedback(0, (before) => (graphOf(before), constant(0))),
      /a feedback is used inside its own definition/,
    ],
  ];
  for (const [build, message] of wrong) {
    assert.throws(build, (error) => error instanceof PatchError && message.test(String(error)));
  }
});
