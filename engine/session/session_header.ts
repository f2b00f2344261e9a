import { createHash } from "node:crypto";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { Config } from "../../config/settings.ts";
import type { Geometry } from "../memory/layout.ts";
import type { SessionHeader } from "./session_format.ts";

/** The header of a session that begins now. */
export function sessionHeader(
  config: Config,
  patch: CompiledPatch,
  engineVersion: string,
  lookaheadBlocks: number,
  { startBlock, startLogPosition }: Geometry,
): SessionHeader {
  const { seed, sampleRateHz, blockFrames, channels, inputChannels } = config;
  return {
    engineVersion,
    patch: patch.name,
    patchSha256: createHash("sha256").update(patch.wasm).digest("hex"),
    seed,
    sampleRateHz,
    blockFrames,
    channels,
    inputChannels,
    lookaheadBlocks,
    startBlock,
    startLogPosition,
    startedAt: new Date().toISOString(),
  };
}
