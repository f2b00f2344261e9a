import assert from "node:assert/strict";
import { drums } from "../../../patches/ready/drums.ts";
import { PatchPlayer, peak } from "../../../testing/patch_player.ts";

Deno.test("steps of the drum machine are played where they are set, and left out where they are 0", async () => {
  const player = await PatchPlayer.of(drums);
  player.set("transport/tempoBpm", 120).set("transport/swing", 0).set("room/gainDb", -90);
  for (const track of ["kick", "snare", "hat", "openHat"]) {
    for (let step = 1; step <= 16; step++) player.set(`${track}/step${step}`, 0);
    player.set(`${track}/probability`, 1);
  }
  player.set("snare/step5", 1).set("snare/step13", 1);
  const sound = player.play(48_000 * 4, 0);
  const sixteenth = 48_000 * 60 / 120 / 4;
  const loud = Array.from(
    { length: 32 },
    (_, step) => peak(sound.subarray(step * sixteenth, step * sixteenth + 2_400)) > 0.1,
  );
  assert.deepEqual(loud.flatMap((is, step) => is ? [step] : []), [4, 12, 20, 28]);
});
