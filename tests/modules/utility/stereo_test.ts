import assert from "node:assert/strict";
import type { Signal } from "../../../modules/signal/signal.ts";
import { heldInLoop, monoOf, sides, swapped } from "../../../modules/utility/stereo.ts";
import { effectPatch } from "../../../testing/trial/trial_patch.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";

/** Left and right of what an effect makes of a left and a right sample. */
async function heard(effect: (stereo: Signal<"1">) => Signal<"1">, left: number, right: number) {
  const player = await PatchPlayer.of(effectPatch(effect), { inputChannels: 2 });
  return [...player.feed(left, right).play(1)];
}

Deno.test("sides are set, exchanged and brought to their mean", async () => {
  assert.deepEqual(await heard((stereo) => stereo.times(sides(2, 4)), 1, 1), [2, 4]);
  assert.deepEqual(await heard(swapped, 0.25, -1), [-1, 0.25]);
  assert.deepEqual(await heard(monoOf, 0.25, -1), [-0.375, -0.375]);
});

Deno.test("what goes round is held 24 dB above full scale and not touched below it", async () => {
  assert.deepEqual(await heard(heldInLoop, 1e6, -1e6), [16, -16]);
  assert.deepEqual(await heard(heldInLoop, 15.5, -15.5), [15.5, -15.5]);
});
