import assert from "node:assert/strict";
import { type LogEntry, Opcode } from "../../../engine/log/command_log.ts";
import { ParameterValues } from "../../../engine/log/parameter_values.ts";
import type { ParameterDeclaration } from "../../../compiler/graph/compiled_patch.ts";

function parameter(address: string, declared = 0.5, max = 1): ParameterDeclaration {
  return {
    address,
    unit: "1",
    min: 0,
    max,
    default: declared,
    curve: "linear",
    smoothingSeconds: 0,
    description: "",
  };
}

function table() {
  const changes: [number, number][] = [];
  const values = new ParameterValues(
    [parameter("a/x"), parameter("a/y", 0.25)],
    (index, value) => changes.push([index, value]),
  );
  return { values, changes };
}

const set = (target: number, value: number, block?: number, frame = 0): LogEntry => ({
  opcode: Opcode.set,
  target,
  value,
  extra: 0,
  at: block === undefined ? undefined : { block, frame },
});

Deno.test("parameters begin at their defaults, and what is set at once is told once", () => {
  const { values, changes } = table();
  assert.deepEqual([values.valueOf(0), values.valueOf(1), values.valueOf(2)], [0.5, 0.25, undefined]);
  values.record([set(0, 1), set(0, 1), { opcode: Opcode.noteOn, target: 1, value: 60, extra: 1 }]);
  assert.deepEqual(changes, [[0, 1]]);
});

Deno.test("a value with a time counts when its block has been taken, in the order of time, across the wrap", () => {
  const { values, changes } = table();
  values.record([set(0, 0.75, 3, 5), set(0, 1, 3, 2), set(1, 0, -2)]);
  values.advance(-2);
  assert.deepEqual(changes, []);
  values.advance(3);
  assert.deepEqual(changes, [[1, 0]]);
  values.advance(4);
  assert.deepEqual(changes, [[1, 0], [0, 1], [0, 0.75]]);
});

Deno.test("a clear drops what waits, and only what was sent before it", () => {
  const { values } = table();
  const clear: LogEntry = { opcode: Opcode.clear, target: 0, value: 0, extra: 0 };
  values.record([set(0, 1, 9), clear, set(1, 1, 9)]);
  values.advance(10);
  assert.deepEqual([values.valueOf(0), values.valueOf(1)], [0.5, 1]);
});

Deno.test("another patch keeps what has the same address, inside its range", () => {
  const { values } = table();
  values.record([set(0, 1), set(1, 1), set(1, 0.5, 7)]);
  values.declare([parameter("b/z", 0.1), parameter("a/y"), parameter("a/x", 0, 0.75)]);
  values.advance(8);
  assert.deepEqual([0, 1, 2].map((index) => values.valueOf(index)), [0.1, 0.5, 0.75]);
});

Deno.test("an anchor drops what waits; the entries it brings are the values that are no defaults", () => {
  const { values } = table();
  assert.deepEqual(values.entries, []);
  values.record([set(1, 1), set(0, 1, 9)]);
  assert.deepEqual(values.entries, [set(1, 1)].map(({ at: _, ...entry }) => entry));
  values.record([{ opcode: Opcode.anchor, target: 0, value: 0, extra: 0 }, ...values.entries]);
  values.advance(10);
  assert.deepEqual([values.valueOf(0), values.valueOf(1)], [0.5, 1]);
  values.reset();
  assert.deepEqual([values.valueOf(0), values.valueOf(1)], [0.5, 0.25]);
});
