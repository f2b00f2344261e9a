import type { SessionHeader } from "../../engine/session/session_format.ts";

/** The header of a session that is only read. */
export const testHeader: SessionHeader = {
  engineVersion: "0",
  patch: "sines",
  patchSha256: "00",
  seed: 1,
  sampleRateHz: 48_000,
  blockFrames: 128,
  channels: 2,
  inputChannels: 0,
  lookaheadBlocks: 4,
  ceiling: 0,
  startBlock: 0,
  startLogPosition: 0,
  startedAt: "2026-01-01T00:00:00.000Z",
};
