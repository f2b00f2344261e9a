import type { SessionHeader } from "../../../engine/session/session_format.ts";

/** The header of a session that nobody renders. */
export const testHeader: SessionHeader = {
  engineVersion: "0",
  patch: "sines",
  arena: {
    bytes: 131_072,
    hostOffset: 0,
    hostBytes: 65_536,
    poisonedVoicesOffset: 65_536,
    inputOffset: 65_552,
    outputOffset: 65_568,
    channels: 2,
    inputChannels: 0,
    maximumBlockFrames: 128,
  },
  patchSha256: "00",
  seed: 1,
  sampleRateHz: 48_000,
  blockFrames: 128,
  channels: 2,
  inputChannels: 0,
  lookaheadBlocks: 4,
  startBlock: 0,
  startLogPosition: 0,
  startedAt: "2026-01-01T00:00:00.000Z",
};
