import assert from "node:assert/strict";
import { createSampleBank } from "../../../compiler/graph/sample_bank.ts";
import { checkSampleAnswer, checkSampleRequest } from "../../../engine/samples/sample_messages.ts";
import { InvariantError } from "../../../foundation/invariant.ts";

const request = { folder: "/x", names: ["a.wav"] };
const sample = {
  name: "a.wav",
  sha256: "00",
  channels: [new Float32Array(4)],
  sampleRateHz: 48_000,
  rootNote: 60,
  loopStart: 0,
  loopEnd: 4,
};

Deno.test("requests and answers pass as they came", () => {
  assert.equal(checkSampleRequest(request), request);
  for (
    const answer of [
      { bank: createSampleBank("/x", [sample]) },
      { error: "no such file", expected: true },
    ]
  ) assert.equal(checkSampleAnswer(answer, request), answer);
  const unchanged = { unchanged: true };
  assert.equal(checkSampleAnswer(unchanged, { ...request, known: ["00"] }), unchanged);
});

Deno.test("a request without names, and an answer with other files than were asked for, are refused", () => {
  for (const wrong of [undefined, { folder: "/x", names: [] }, { ...request, known: ["00", "11"] }]) {
    assert.throws(() => checkSampleRequest(wrong), InvariantError);
  }
  const other = { bank: createSampleBank("/x", [{ ...sample, name: "b.wav" }]) };
  for (const wrong of [undefined, {}, other, { unchanged: true }, { error: 5 }]) {
    assert.throws(() => checkSampleAnswer(wrong, request), InvariantError);
  }
});
