import assert from "node:assert/strict";
import fc from "fast-check";
import type { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { steepest } from "../../../testing/measure/level.ts";

const events = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 2_000 })), {
  minLength: 1,
  maxLength: 20,
});

/** A note struck and let go at any moment stays within 0 and 1, and no step of its level is above `limit`. */
export function assertNeverJumps(player: PatchPlayer, limit: number): void {
  fc.assert(
    fc.property(events, (list) => {
      const heard: number[] = [...player.play(1, 0)];
      for (const [down, frames] of list) {
        if (down) player.on(1);
        else player.off(1);
        heard.push(...player.play(frames, 0));
      }
      assert.ok(steepest(heard) <= limit, `steps of ${steepest(heard)}, at most ${limit}`);
      assert.ok(heard.every((level) => level >= 0 && level <= 1));
    }),
    { numRuns: 100 },
  );
}
