import assert from "node:assert/strict";
import { checkRehearsalResult, checkRehearsalStart } from "../../../engine/patch_swap/rehearsal_messages.ts";
import { InvariantError } from "../../../foundation/invariant.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 };
const start = { graph: { name: "x" }, format, seed: 1, nativeLibrary: "x.so" };
const result = {
  patch: tallyPatch(format),
  notes: { voices: 8, load: 0.1 },
  full: { voices: 64, load: 0.4 },
  isFinite: true,
  level: { peak: 0.5, means: [0, 0] },
  warnings: [],
};

Deno.test("starts and results pass as they came", () => {
  assert.equal(checkRehearsalStart(start), start);
  assert.equal(checkRehearsalResult(result), result);
  const failure = { error: "traps" };
  assert.equal(checkRehearsalResult(failure), failure);
});

Deno.test("a start without patch, format or seed, and a result without code or load, are refused", () => {
  for (
    const wrong of [undefined, { ...start, graph: {} }, { ...start, format: {} }, { ...start, seed: NaN }]
  ) {
    assert.throws(() => checkRehearsalStart(wrong), InvariantError);
  }
  for (
    const wrong of [
      undefined,
      {},
      { ...result, patch: {} },
      { ...result, full: { voices: 1, load: NaN } },
      {
        ...result,
        level: { peak: 1 },
      },
      { ...result, warnings: undefined },
      { error: 1 },
    ]
  ) {
    assert.throws(() => checkRehearsalResult(wrong), InvariantError);
  }
});
