import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { dimensionsOf } from "../../../engine/memory/dimensions.ts";

Deno.test("snapshots are taken at checked blocks, about as often as is asked for, and fit the larger of patch and room", () => {
  for (const blockFrames of ["16", "128", "4096"]) {
    const config = readConfig({ UNDERSTUDY_BLOCK_FRAMES: blockFrames, UNDERSTUDY_PATCH_MEMORY: "8" });
    const { stateCheckBlocks, snapshotBlocks, arenaBytes } = dimensionsOf(config, 9 << 20, {});
    assert.equal(snapshotBlocks % stateCheckBlocks, 0);
    const snapshotMs = snapshotBlocks * config.blockFrames / config.sampleRateHz * 1_000;
    assert.ok(snapshotMs > 200 && snapshotMs < 350, `${snapshotMs} ms`);
    assert.equal(arenaBytes, 9 << 20);
    assert.equal(dimensionsOf(config, 1, {}).arenaBytes, 8 << 20);
  }
});
