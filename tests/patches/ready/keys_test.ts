import assert from "node:assert/strict";
import { keys } from "../../../patches/ready/keys.ts";
import { rms } from "../../../testing/measure/level.ts";
import { transformAt } from "../../../testing/measure/spectrum.ts";
import { PatchPlayer, peak } from "../../../testing/patch/patch_player.ts";

Deno.test("a harder key opens the filter further", async () => {
  const brightness = async (velocity: number) => {
    const player = (await PatchPlayer.of(keys)).set("echo/gainDb", -90).set("reverb/gainDb", -90);
    player.play(960);
    const sound = player.on(1, 57, velocity).play(9_600, 0);
    const level = (harmonic: number) => Math.hypot(...transformAt(sound, 220 * harmonic / 48_000));
    return (level(7) + level(9) + level(11)) / level(1);
  };
  const [soft, hard] = [await brightness(0.2), await brightness(1)];
  assert.ok(hard > 2 * soft, `${soft}, ${hard}`);
});

Deno.test("echoes come at their time, each softer by the feedback", async () => {
  const player = (await PatchPlayer.of(keys)).set("echo/timeSeconds", 0.5).set("echo/feedback", 0.5);
  player.set("reverb/gainDb", -90).set("chorus/mix", 0);
  player.set("echo/gainDb", 0).set("keys/releaseSeconds", 0.005).play(48_000);
  const heard = player.on(1, 69).play(2_400);
  player.off(1);
  const begun = rms(heard);
  const silence = peak(player.play(9_600).subarray(4_800));
  assert.ok(silence < begun / 1_000, `${silence}`);
  player.play(12_000); // the first echo begins after 24,000 frames
  const [first, second] = [0, 1].map(() => {
    const echo = rms(player.play(4_800));
    player.play(19_200);
    return echo;
  });
  assert.ok(first > begun / 4 && Math.abs(second / first - 0.5) < 0.05, `${begun}, ${first}, ${second}`);
});
