import assert from "node:assert/strict";
import { clicks, onsetsIn } from "../../../testing/measure/clicks.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";

Deno.test("a note is heard in one frame, its first, and notes that begin together add up there", async () => {
  const player = await PatchPlayer.of(clicks);
  player.play(64);
  const one = player.on(60).play(192);
  const two = player.on(61).on(62).play(192);
  assert.deepEqual([onsetsIn(one), onsetsIn(two)], [[0], [0]]);
  assert.equal(two[0], 2 * one[0]);
});
