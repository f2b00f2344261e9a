import assert from "node:assert/strict";
import { audioInput } from "../../../modules/utility/audio_input.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { effectPatch } from "../../../testing/trial/trial_patch.ts";

async function heard(options: { readonly gainDb?: number; readonly channel?: 0 | 1 }): Promise<number[]> {
  const patch = effectPatch((input) => audioInput({ input, ...options }));
  const player = await PatchPlayer.of(patch, { inputChannels: 2 });
  return [...player.feed(0.25, -0.5).play(1)];
}

Deno.test("the input is closed until its fader is opened, then each channel keeps its place", async () => {
  assert.ok((await heard({})).every((sample) => sample === 0));
  assert.deepEqual(await heard({ gainDb: 0 }), [0.25, -0.5]);
});

Deno.test("one channel of the input can be put into all", async () => {
  assert.deepEqual(await heard({ gainDb: 0, channel: 1 }), [-0.5, -0.5]);
});

Deno.test("without a device's input it is silent", async () => {
  const player = await PatchPlayer.of(effectPatch((input) => audioInput({ input, gainDb: 0 })));
  assert.ok(player.play(100).every((sample) => sample === 0));
});
