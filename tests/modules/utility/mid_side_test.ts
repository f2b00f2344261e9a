import assert from "node:assert/strict";
import fc from "fast-check";
import { midSideDecode, midSideEncode, stereoWidth } from "../../../modules/utility/mid_side.ts";
import type { Signal } from "../../../modules/signal/signal.ts";
import type { Stereo } from "../../../modules/patch.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { effectPatch } from "../../../testing/trial/trial_patch.ts";

/** Left and right of what an effect makes of a left and a right. */
async function heard(effect: (input: Signal<"1">) => Signal<"1"> | Stereo) {
  const player = await PatchPlayer.of(effectPatch(effect), { inputChannels: 2 });
  return (left: number, right: number) => [...player.feed(left, right).play(1)];
}

const side = fc.float({ min: -4, max: 4, noNaN: true });

Deno.test("mid is the mean, side half of the difference", async () => {
  const both = await heard((input) => {
    const { mid, side } = midSideEncode({ input });
    return [mid, side];
  });
  assert.deepEqual(both(0.5, 0.25), [0.375, 0.125]);
  assert.deepEqual(both(1, 1), [1, 0]);
  assert.deepEqual(both(1, -1), [0, 1]);
});

Deno.test("decoded again it is what it was, within the rounding of 32 bits", async () => {
  const both = await heard((input) => midSideDecode(midSideEncode({ input })));
  fc.assert(fc.property(side, side, (left, right) => {
    const [l, r] = both(left, right);
    assert.ok(Math.abs(l - left) < 1e-6 && Math.abs(r - right) < 1e-6);
  }));
});

Deno.test("width 0 is mono, 2 doubles the difference, and no width changes the sum", async () => {
  for (const width of [0, 0.5, 1, 2]) {
    const both = await heard((input) => stereoWidth({ input, width }));
    fc.assert(fc.property(side, side, (left, right) => {
      const [l, r] = both(left, right);
      assert.ok(Math.abs(l + r - (left + right)) < 3e-6);
      assert.ok(Math.abs(l - r - width * (left - right)) < 6e-6);
    }));
  }
});
