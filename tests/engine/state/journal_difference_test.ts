import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { journalDifference } from "../../../engine/state/journal_difference.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";

const environment = { UNDERSTUDY_SAMPLE_RATE: "8000", UNDERSTUDY_BLOCK_FRAMES: "32" };
const header = { ...testHeader, sampleRateHz: 8_000, blockFrames: 32, asked: { patch: "sines" } };

Deno.test("a journal fits a start with the same version, format and patch; each difference is named with both values", () => {
  const difference = (changes: Record<string, string>, version = header.engineVersion) =>
    journalDifference(header, { config: readConfig({ ...environment, ...changes }), version });
  assert.equal(difference({}), undefined);
  assert.equal(difference({ UNDERSTUDY_BLOCK_FRAMES: "64" }), "UNDERSTUDY_BLOCK_FRAMES was 32 and is 64 now");
  assert.equal(difference({ UNDERSTUDY_CHANNELS: "1" }), "UNDERSTUDY_CHANNELS was 2 and is 1 now");
  assert.equal(difference({ UNDERSTUDY_PATCH: "keys" }), "UNDERSTUDY_PATCH was sines and is keys now");
  assert.equal(difference({ UNDERSTUDY_TUNING: "x.scl" }), "UNDERSTUDY_TUNING was not set and is x.scl now");
  assert.equal(
    difference({ UNDERSTUDY_SAMPLE_RATE: "44100" }, "9"),
    "version was 0 and is 9 now, UNDERSTUDY_SAMPLE_RATE was 8000 and is 44100 now",
  );
});
