import process from "node:process";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { Config } from "../../config/settings.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { SessionHeader } from "./session_format.ts";

/** The engine whose session begins. */
export interface SessionStart {
  readonly config: Config;
  readonly patch: Pick<CompiledPatch, "name" | "wasm">;
  /** Version of the engine. */
  readonly version: string;
  readonly memory: SharedMemory;
}

/** The header of a session that begins now. */
export function sessionHeader({ config, patch, version, memory }: SessionStart): SessionHeader {
  const { startBlock, startLogPosition, lookaheadBlocks, ceiling } = memory.geometry;
  const { seed, sampleRateHz, blockFrames, channels, inputChannels } = config;
  return {
    engineVersion: version,
    patch: patch.name,
    patchSha256: process.getBuiltinModule("node:crypto").createHash("sha256").update(patch.wasm).digest(
      "hex",
    ),
    seed,
    sampleRateHz,
    blockFrames,
    channels,
    inputChannels,
    lookaheadBlocks,
    ceiling,
    startBlock,
    startLogPosition,
    startedAt: new Date().toISOString(),
  };
}
