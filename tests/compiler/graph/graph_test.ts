import assert from "node:assert/strict";
import { sampleFacts, sampleFactType } from "../../../compiler/graph/graph.ts";

Deno.test("frames of a sample are whole numbers, its rate and its note are not", () => {
  const whole = sampleFacts.filter((fact) => sampleFactType(fact) === "i32");
  assert.deepEqual(whole, ["frames", "loopStart", "loopEnd"]);
  assert.ok(sampleFacts.every((fact) => whole.includes(fact) || sampleFactType(fact) === "f32"));
});
