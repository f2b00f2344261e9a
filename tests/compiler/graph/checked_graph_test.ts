import assert from "node:assert/strict";
import { decodeGraph, encodeGraph } from "../../../compiler/graph/checked_graph.ts";
import { sampler } from "../../../patches/ready/sampler.ts";
import { sines } from "../../../patches/ready/sines.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

Deno.test("a graph survives as bytes, with every number, and its name and samples are beside them", () => {
  const graph = sines.build(testFormat);
  const odd = { ...graph, main: { ...graph.main, tables: [[Infinity, -Infinity, NaN, -0]] } };
  const checked = encodeGraph(odd);
  assert.deepEqual([checked.name, checked.samples], ["sines", []]);
  assert.deepStrictEqual(decodeGraph(checked), odd);
  assert.equal(decodeGraph(odd), odd, "a graph is itself");
  const withSamples = sampler.build(testFormat);
  assert.deepEqual(encodeGraph(withSamples).samples, withSamples.samples);
});
