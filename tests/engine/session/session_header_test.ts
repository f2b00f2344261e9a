import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readConfig } from "../../../config/settings.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { SharedMemory } from "../../../engine/memory/shared_memory.ts";
import { dimensionsOf } from "../../../engine/memory/dimensions.ts";
import { sessionHeader } from "../../../engine/session/session_header.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

Deno.test("the header has all that a render needs, the lookahead of the first block: later ones are in the log", () => {
  const config = readConfig({ UNDERSTUDY_BLOCK_FRAMES: "64", UNDERSTUDY_LOOKAHEAD_BLOCKS: "4" });
  const patch = tallyPatch({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 });
  const start = { startBlock: 5, startLogPosition: 6 };
  const memory = SharedMemory.create(dimensionsOf(config, patch.arena.bytes, start));
  memory.words[fixed.control.lookaheadBlocks.index] = 9;
  const { startedAt, ...header } = sessionHeader({ config, patch, version: "0.1", memory });
  assert.deepEqual(header, {
    engineVersion: "0.1",
    patch: "tally",
    patchSha256: createHash("sha256").update(patch.wasm).digest("hex"),
    seed: config.seed,
    sampleRateHz: config.sampleRateHz,
    blockFrames: 64,
    channels: config.channels,
    inputChannels: config.inputChannels,
    lookaheadBlocks: 4,
    ceiling: config.ceiling,
    startBlock: 5,
    startLogPosition: 6,
  });
  assert.ok(Math.abs(Date.parse(startedAt) - Date.now()) < 60_000);
});
