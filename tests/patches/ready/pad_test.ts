import assert from "node:assert/strict";
import { pad } from "../../../patches/ready/pad.ts";
import { rms } from "../../../testing/measure/level.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";

Deno.test("it swells while its key is held, and goes on after it for as long as its release", async () => {
  const player = (await PatchPlayer.of(pad)).set("reverb/gainDb", -90).set("pad/attackSeconds", 1);
  player.set("pad/releaseSeconds", 1).set("pad/movement", 0).on(1, 60);
  const rise = Array.from({ length: 8 }, () => rms(player.play(6_000, 0, 500)));
  assert.ok(rise[0] * 2 < rise[3] && rise[0] * 4 < rise[7] && rise[3] < rise[7] * 1.2, rise.join());
  player.off(1);
  const fall = Array.from({ length: 10 }, () => rms(player.play(6_000, 0, 500)));
  assert.ok(fall[0] > rise[7] / 3 && fall[2] < fall[0] / 2 && fall[9] < 1e-4, fall.join());
});

Deno.test("each voice has a place of its own, and none stands still", async () => {
  const balances = async (seed: number) => {
    const player = (await PatchPlayer.of(pad, {}, seed)).set("pad/movementHz", 5).on(1, 60);
    player.play(48_000);
    return Array.from({ length: 6 }, () => {
      const sound = player.play(4_800);
      const [left, right] = [0, 1].map((side) => rms(sound.filter((_, index) => index % 2 === side)));
      return left / (left + right);
    });
  };
  const [one, other] = [await balances(1), await balances(2)];
  assert.ok(Math.max(...one) - Math.min(...one) > 0.02, one.join());
  assert.ok(one.some((balance, index) => Math.abs(balance - other[index]) > 0.02), other.join());
});
