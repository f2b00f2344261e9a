import assert from "node:assert/strict";
import { piano } from "../../../patches/ready/piano.ts";
import { transformAt } from "../../../testing/measure/spectrum.ts";
import { rms } from "../../../testing/measure/level.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";

/** Without what is behind the voices. */
async function dry(key: number, velocity: number): Promise<PatchPlayer> {
  const player = (await PatchPlayer.of(piano)).set("tremolo/depth", 0).set("chorus/mix", 0).set(
    "amp/driveDb",
    -12,
  );
  player.set("reverb/gainDb", -90).set("piano/tine", 0).play(960);
  return player.on(1, key, velocity);
}

Deno.test("a harder key gives more overtones, not only more sound", async () => {
  const overtones = async (velocity: number) => {
    const sound = (await dry(57, velocity)).play(24_000, 0);
    const level = (harmonic: number) => Math.hypot(...transformAt(sound, 220 * harmonic / 48_000));
    return (level(2) + level(3) + level(4)) / level(1);
  };
  const [soft, hard] = [await overtones(0.2), await overtones(1)];
  assert.ok(hard > 3 * soft, `${soft}, ${hard}`);
});

Deno.test("high notes ring shorter than low ones", async () => {
  const left = async (key: number) => {
    const player = await dry(key, 0.8);
    const begun = rms(player.play(9_600, 0));
    player.play(96_000);
    return rms(player.play(9_600, 0)) / begun;
  };
  const [low, middle, high] = [await left(36), await left(60), await left(84)];
  assert.ok(low > 1.3 * middle && middle > 1.3 * high, `${low}, ${middle}, ${high}`);
});
