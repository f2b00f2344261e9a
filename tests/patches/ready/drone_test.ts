import assert from "node:assert/strict";
import { drone } from "../../../patches/ready/drone.ts";
import { rms } from "../../../testing/measure/level.ts";
import { measureHz } from "../../../testing/measure/spectrum.ts";
import { PatchPlayer, sameBits } from "../../../testing/patch_player.ts";

Deno.test("it comes out of silence by itself, alike for one seed and different for another", async () => {
  const play = async (seed: number) => (await PatchPlayer.of(drone, {}, seed)).play(96_000, undefined, 480);
  const [one, again, other] = [await play(1), await play(1), await play(2)];
  assert.ok(sameBits(one, again) && !sameBits(one, other));
  const [begun, later] = [one.subarray(0, 9_600), one.subarray(-9_600)].map(rms);
  assert.ok(begun < later / 3 && later > 0.01, `${begun}, ${later}`);
});

Deno.test("the lowest tone lies an octave below the key of the ground", async () => {
  for (const key of [36, 41]) {
    const player = (await PatchPlayer.of(drone)).set("ground/number", key).set("ground/slideSeconds", 0);
    for (const part of ["harmonics", "bells", "wind", "reverb"]) player.set(`${part}/gainDb`, -90);
    player.set("filter/cutoffHz", 60).set("motion/depth", 0).play(96_000, undefined, 480);
    const expectedHz = 440 * 2 ** ((key - 12 - 69) / 12);
    const foundHz = measureHz(player.play(96_000, 0, 480), expectedHz, 48_000);
    // the saws above it beat
    assert.ok(Math.abs(1_200 * Math.log2(foundHz / expectedHz)) < 40, `${foundHz}, ${expectedHz}`);
  }
});
