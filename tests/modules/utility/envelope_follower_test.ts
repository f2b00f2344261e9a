import assert from "node:assert/strict";
import { envelopeFollower } from "../../../modules/utility/envelope_follower.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

async function follow(settings: object, samples: ArrayLike<number>): Promise<Float32Array> {
  return process(
    await effectPlayer(effectPatch((input) => envelopeFollower({ input, ...settings }))),
    samples,
  );
}

/** -1 for a number of frames, then 0. */
const burst = (frames: number, after: number) =>
  Float32Array.from({ length: frames + after }, (_, frame) => frame < frames ? -1 : 0);

Deno.test("it rises by 63 % in the attack and falls by 63 % in the release, within 0.05 %", async () => {
  const part = 1 - Math.exp(-1);
  for (const [attackSeconds, releaseSeconds] of [[0.001, 0.01], [0.01, 0.1], [0.2, 1]]) {
    const heard = await follow({ attackSeconds, releaseSeconds }, burst(4 * rateHz, 4 * rateHz));
    const risen = heard.findIndex((level) => level >= part) + 1;
    const fallen = heard.subarray(4 * rateHz).findIndex((level) => level <= 1 - part) + 1;
    assert.ok(Math.abs(risen - attackSeconds * rateHz) <= 1 + risen * 5e-4, `${risen}`);
    assert.ok(Math.abs(fallen - releaseSeconds * rateHz) <= 1 + fallen * 5e-4, `${fallen}`);
  }
});

Deno.test("an attack of 0 is there at once, and nothing overshoots", async () => {
  const heard = await follow({ attackSeconds: 0, releaseSeconds: 0.05 }, burst(10, 10));
  assert.ok(Math.abs(heard[0] - 1) < 1e-6);
  assert.ok(peak(heard) <= 1);
});

Deno.test("it ends in exact zero", async () => {
  const heard = await follow({}, burst(1_000, 6 * rateHz));
  assert.ok(silentFrom(heard) < 5 * rateHz);
});
