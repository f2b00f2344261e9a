import assert from "node:assert/strict";
import fc from "fast-check";
import type { PatchGraph } from "../../../compiler/graph/graph.ts";
import { graphToJson, unwrittenNumbers } from "../../../compiler/graph/graph_json.ts";
import { sines } from "../../../patches/ready/sines.ts";
import { testFormat } from "../../../testing/patch_player.ts";

const graph = sines.build(testFormat);

/** What stands in the text for a number of the graph. */
function written(value: number): unknown {
  const held: PatchGraph = { ...graph, main: { ...graph.main, tables: [[value]] } };
  return JSON.parse(graphToJson(held)).main.tables[0][0];
}

Deno.test("numbers that JSON does not know are words, all others are themselves", () => {
  assert.deepEqual([Infinity, -Infinity, NaN, -0].map(written), unwrittenNumbers);
  fc.assert(fc.property(fc.double(), (value) => {
    const found = written(value);
    assert.ok(Object.is(typeof found === "string" ? Number(found) : found, value));
  }));
});
