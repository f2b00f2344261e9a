import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { dimensionsOf } from "../../../engine/memory/dimensions.ts";
import { geometryOf } from "../../../engine/memory/layout.ts";
import { blocksToSweep, placeInSweep, regionsOf, sweepBlocksOf } from "../../../engine/memory/sweep.ts";

const MiB = 2 ** 20;

function geometry(rate: string, blockFrames: string) {
  const config = readConfig({ UNDERSTUDY_SAMPLE_RATE: rate, UNDERSTUDY_BLOCK_FRAMES: blockFrames });
  return geometryOf(dimensionsOf(config, 256 * MiB, {}));
}

Deno.test("a sweep of 256 MiB takes less than 5.5 s of sound at every block and rate, and one block checks at most 8 MiB", () => {
  for (const rate of ["44100", "48000", "96000", "192000"]) {
    for (const blockFrames of ["16", "32", "128", "1024", "4096"]) {
      const g = geometry(rate, blockFrames);
      const blocks = sweepBlocksOf(g, regionsOf(g, 256 * MiB));
      assert.ok(blocks * g.checkRegionBytes >= 256 * MiB, "every region is due once");
      const seconds = blocks * g.blockFrames / g.sampleRateHz;
      assert.ok(seconds < 5.5, `${rate} Hz, ${blockFrames} frames: ${seconds} s`);
      assert.ok(
        seconds < 0.3 * g.sealCount * g.blockFrames / g.sampleRateHz,
        "well before a snapshot is old",
      );
      assert.ok(g.checkRegionBytes <= 8 * MiB && g.snapshotPieceBytes <= 2 * MiB);
    }
  }
});

Deno.test("small arenas are swept every 20 ms; the sweep is a power of two", () => {
  const g = geometry("48000", "128");
  assert.deepEqual([65_536, 8 * g.checkRegionBytes].map((bytes) => sweepBlocksOf(g, regionsOf(g, bytes))), [
    8,
    8,
  ]);
  assert.equal(sweepBlocksOf(g, regionsOf(g, 8 * g.checkRegionBytes + 1)), 16);
  assert.equal(g.checkRegionBytes, 256 * 1_024);
});

Deno.test("from any block on, the stated number of blocks is the least in which every region is due", () => {
  for (const startBlock of [0, 0xFFFFFFF0]) {
    for (const stateCheckBlocks of [1, 8]) {
      const g = { startBlock, stateCheckBlocks, checkRegionBytes: 4_096 };
      for (const regions of [1, 3, 8, 13]) {
        for (let block = startBlock; block < startBlock + 40; block++) {
          const due = new Set<number>();
          let blocks = 0;
          while (due.size < regions) {
            const place = placeInSweep(g, regions, (block + blocks++) | 0);
            if (place < regions) due.add(place);
          }
          assert.equal(blocksToSweep(g, regions, block | 0), blocks);
        }
      }
    }
  }
});
