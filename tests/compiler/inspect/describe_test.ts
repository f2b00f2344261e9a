import assert from "node:assert/strict";
import {
  bytesPerVoice,
  describeNode,
  describePatch,
  shortNumber,
} from "../../../compiler/inspect/describe.ts";
import { planArena } from "../../../compiler/plan/arena.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { keys } from "../../../patches/ready/keys.ts";
import { testFormat } from "../../../testing/patch_player.ts";

const graphs = Object.values(patches).map((patch) => patch.build(testFormat));
const graph = keys.build(testFormat);

Deno.test("the description has every parameter, module, instrument and stretch of memory", () => {
  for (const graph of graphs) {
    const plan = planArena(graph, testFormat);
    for (const operations of [false, true]) {
      const text = describePatch(graph, testFormat, { operations });
      for (const { address, description } of graph.parameters) {
        assert.match(text, new RegExp(`^  /${address} +.* default .*${description.slice(0, 9)}`, "m"));
      }
      for (const { name, bytes } of plan.regions) {
        assert.match(text, new RegExp(`^ +\\d+ +${bytes}  ${name}$`, "m"));
      }
      graph.instruments.forEach(({ name, voice }, index) => {
        assert.ok(
          text.includes(`instrument ${name}: `) &&
            text.includes(`${bytesPerVoice(plan, index)} bytes a voice`),
        );
        for (const use of voice.uses) {
          if (use.location) assert.ok(text.includes(`${use.name} (${use.location})`), use.name);
        }
      });
      assert.ok(text.includes(`arena: ${plan.bytes} bytes`));
    }
  }
});

Deno.test("operations of the modules add up to those of the whole, and each is listed once", () => {
  const summary = describePatch(graph, testFormat);
  const list = describePatch(graph, testFormat, { operations: true });
  for (const part of summary.split("operations of").slice(1)) {
    const rows = [...part.matchAll(/^ {2}(\S.*?) {2,}(\d+) +(\d+) +(\d+)/gm)];
    const sum = (column: number) => rows.slice(0, -1).reduce((total, row) => total + Number(row[column]), 0);
    const all = rows.at(-1)!;
    assert.equal(all[1], "all");
    assert.deepEqual([2, 3, 4].map(sum), [2, 3, 4].map((column) => Number(all[column])));
    assert.ok(list.includes(`in every frame: ${all[3]} of `));
  }
  const voice = list.slice(list.indexOf("instrument keys"), list.indexOf("\noutput"));
  const names = [...voice.matchAll(/^ {4}(%\d+) /gm)].map(([, name]) => name);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("numbers have five digits at most, and nodes are named by what they read", () => {
  assert.deepEqual([0.1 + 0.2, 12_345.678, -0.000123456].map(shortNumber), ["0.3", "12346", "-0.00012346"]);
  const said = (op: "note" | "bus" | "parameter" | "shiftLeft") =>
    describeNode({ op, type: "f32", args: op === "shiftLeft" ? [7] : [], attribute: 0, use: 0 }, graph);
  assert.deepEqual([said("note"), said("bus"), said("parameter"), said("shiftLeft")], [
    "note number",
    "bus of keys",
    `/${graph.parameters[0].address}`,
    "shiftLeft %7 by 0",
  ]);
});
