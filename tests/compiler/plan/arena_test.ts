import assert from "node:assert/strict";
import fc from "fast-check";
import { lanesOf, lineStride, planArena, ringFrames } from "../../../compiler/plan/arena.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { patchOf, recipes } from "../../../testing/compiler/random_patch.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

Deno.test("regions follow each other without overlap, each at a multiple of 16, inside whole pages", () => {
  const check = (patch: { build: typeof patches.keys.build }) => {
    const { regions, bytes, input } = planArena(patch.build(testFormat), testFormat);
    let end = 0;
    for (const { name, offset, bytes } of regions) {
      assert.ok(offset >= end && offset % 16 === 0, name);
      end = offset + bytes;
    }
    assert.ok(bytes >= end && bytes - end < 65_536 + 16 && bytes % 65_536 === 0);
    // a snapshot ends where the input begins, so nothing that a patch keeps may come later
    const kept = regions.filter(({ offset }) => offset >= input).map(({ name }) => name);
    assert.ok(kept.every((name) => /^(input|output|scratch: .*)$/.test(name)), kept.join());
  };
  Object.values(patches).forEach(check);
  fc.assert(fc.property(recipes, (recipe) => check(patchOf(recipe))), { numRuns: 20 });
});

Deno.test("a ring is the least power of two that holds the longest delay and the frame being written", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 5_760_000 }), (frames) => {
    const ring = ringFrames(frames);
    assert.ok(Number.isInteger(Math.log2(ring)) && ring > frames && ring / 2 <= frames);
  }));
  assert.deepEqual([2, 3, 64].map((channels) => lineStride(lanesOf(channels))), [8, 16, 16]);
});
