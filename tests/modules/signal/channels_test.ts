import assert from "node:assert/strict";
import { channel, channels } from "../../../modules/signal/channels.ts";
import { effectPatch } from "../../../testing/trial/trial_patch.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";

Deno.test("each signal's first channel goes side by side, and one channel can be heard on all", async () => {
  const quad = effectPatch((input) => channels(channel(input, 3), input, 7, channel(input, 2).times(2)));
  const player = await PatchPlayer.of({ ...quad }, { inputChannels: 4, channels: 2 });
  assert.deepEqual([...player.feed(1, 2, 3, 4).play(1)], [4, 1]);
  const last = await PatchPlayer.of(effectPatch((input) => channel(input, 1)), { inputChannels: 2 });
  assert.deepEqual([...last.feed(1, 2).play(1)], [2, 2]);
});

Deno.test("there are one to four channels", () => {
  assert.throws(() => channels(), /expected 1 to 4 signals, found 0/);
  assert.throws(() => channels(1, 2, 3, 4, 5), /found 5/);
});
