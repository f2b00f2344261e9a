import assert from "node:assert/strict";
import { describeStart, momentOf, samplesOf } from "../../../engine/recorder/recording_start.ts";
import { testRecording } from "../../../testing/sound/recording_start.ts";

Deno.test("a recording says its block and frame, the session beside it, and the moment in frames since midnight", () => {
  assert.equal(describeStart(testRecording), "keys: block 7 (32 frames), frame 224 of evening.session");
  assert.deepEqual(momentOf(testRecording), {
    date: "2026-01-02",
    time: "00:00:01",
    framesSinceMidnight: 12_000,
  });
  assert.deepEqual((["wav32f", "flac24", "wav16"] as const).map(samplesOf), ["32f", "24", "16"]);
});
