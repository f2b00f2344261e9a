import type { RecordingStart } from "../../engine/recorder/recording_start.ts";

/** A recording of two channels that begins at a moment which is easy to check. */
export const testRecording: RecordingStart = {
  path: "/nowhere/take.wav",
  format: "wav32f",
  sampleRateHz: 8_000,
  channels: 2,
  blockFrames: 32,
  block: 7,
  frame: 224,
  unixMs: new Date(2026, 0, 2, 0, 0, 1, 500).getTime(),
  patch: "keys",
  version: "0.0.1",
  session: "evening.session",
};
