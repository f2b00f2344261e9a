import assert from "node:assert/strict";
import { shortestLoopFrames } from "../../../compiler/graph/sample_bank.ts";
import { checkSampleAnswer, checkSampleRequest } from "../../../engine/samples/sample_messages.ts";
import { InvariantError } from "../../../foundation/invariant.ts";

const request = { folder: "/x", root: "/x", names: ["a.wav"] };
const file = {
  ...{ name: "a.wav", sha256: "00", sampleRateHz: 48_000, rootNote: 60 },
  ...{ loopStart: 0, loopEnd: 4, frames: 4, channels: 1 as const, offset: 0 },
};
const bank = { files: [file], bytes: 65_536, notes: [] };

Deno.test("requests and answers pass as they came", () => {
  assert.equal(checkSampleRequest(request), request);
  const short = { ...bank, files: [{ ...file, frames: 2, loopEnd: shortestLoopFrames }] };
  for (const answer of [bank, short, { error: "no such file", expected: true }]) {
    assert.equal(checkSampleAnswer(answer, request), answer);
  }
  const unchanged = { unchanged: true };
  assert.equal(checkSampleAnswer(unchanged, { ...request, known: ["00"] }), unchanged);
});

Deno.test("a request without names, and an answer with other files than were asked for, are refused", () => {
  for (
    const wrong of [undefined, { folder: "/x", root: "/x", names: [] }, { ...request, known: ["00", "11"] }]
  ) {
    assert.throws(() => checkSampleRequest(wrong), InvariantError);
  }
  const other = { ...bank, files: [{ ...file, name: "b.wav" }] };
  for (const wrong of [undefined, {}, other, { unchanged: true }, { error: 5 }]) {
    assert.throws(() => checkSampleAnswer(wrong, request), InvariantError);
  }
});

Deno.test("a file that does not lie within its bank is refused", () => {
  const wrong: readonly Partial<Record<keyof typeof file, number>>[] = [
    ...[{ offset: -4 }, { offset: 65_536 - 20 }, { frames: 0 }, { frames: 20_000 }, { frames: 3.5 }],
    ...[{ channels: 3 }, { channels: 0 }, { loopStart: -1 }, { loopStart: 4 }, { loopEnd: 65 }, {
      loopEnd: NaN,
    }],
    ...[{ sampleRateHz: 0 }, { sampleRateHz: Infinity }, { rootNote: 128 }],
  ];
  for (const fields of wrong) {
    const answer = { ...bank, files: [{ ...file, ...fields }] };
    assert.throws(() => checkSampleAnswer(answer, request), InvariantError, JSON.stringify(fields));
  }
  for (const bytes of [0, 65_535, 2 ** 30]) {
    assert.throws(() => checkSampleAnswer({ ...bank, bytes }, request), /whole pages of at most 512 MiB/);
  }
});
