import assert from "node:assert/strict";
import { bass } from "../../../patches/ready/bass.ts";
import { measureHz } from "../../../testing/measure/spectrum.ts";
import { rms } from "../../../testing/measure/level.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";

const hzOf = (key: number) => 440 * 2 ** ((key - 69) / 12);
/** Semitones that a sound lies above a key. */
const above = (samples: Float32Array, key: number) =>
  12 * Math.log2(measureHz(samples, hzOf(key), 48_000) / hzOf(key));

Deno.test("a note that overlaps slides from the one before; one after a gap begins at its pitch", async () => {
  const begin = async () => {
    const player = (await PatchPlayer.of(bass)).set("bass/glideSeconds", 1).set("bass/sub", 0);
    return player.set("chorus/mix", 0).on(1, 45);
  };
  const sliding = await begin();
  sliding.play(24_000);
  sliding.on(2, 57).play(22_000); // half way lies in the middle of what is heard next
  const half = above(sliding.play(4_000, 0), 51);
  assert.ok(Math.abs(half) < 0.2, `${half}`);
  const apart = await begin();
  apart.play(24_000);
  apart.off(1).play(24_000);
  const fresh = above(apart.on(2, 57).play(12_000, 0).subarray(2_000), 57);
  assert.ok(Math.abs(fresh) < 0.1, `${fresh}`);
});

Deno.test("the lowest tones come from the middle, whatever the chorus does above them", async () => {
  const player = (await PatchPlayer.of(bass)).set("chorus/mix", 1).set("bass/cutoffHz", 30).set(
    "bass/opening",
    0,
  );
  const sound = player.on(1, 28).play(48_000);
  const [mid, side] = [1, -1].map((sign) =>
    rms(
      Float32Array.from({ length: sound.length / 2 }, (_, frame) =>
        sound[2 * frame] + sign * sound[2 * frame + 1]),
    )
  );
  assert.ok(mid > 0.01 && side < mid / 10, `${mid}, ${side}`);
});
