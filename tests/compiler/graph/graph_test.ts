import assert from "node:assert/strict";
import { sampleFacts, sampleFactType } from "../../../compiler/graph/graph.ts";

Deno.test("the rate of a sample and its note are floats, its frames and places whole numbers", () => {
  const floats = sampleFacts.filter((fact) => sampleFactType(fact) === "f32");
  assert.deepEqual(floats, ["sampleRateHz", "rootNote"]);
  assert.ok(sampleFacts.every((fact) => floats.includes(fact) || sampleFactType(fact) === "i32"));
});
