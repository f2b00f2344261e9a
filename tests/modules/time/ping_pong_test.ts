import assert from "node:assert/strict";
import { noise } from "../../../modules/oscillators/noise.ts";
import { pingPong } from "../../../modules/time/ping_pong.ts";
import { PatchPlayer, peak } from "../../../testing/patch_player.ts";
import { rms, silentFrom } from "../../../testing/measure/level.ts";
import { decibels, gainDbAt } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

type Settings = { timeSeconds?: number; feedback?: number; highCutHz?: number; lowCutHz?: number };
const open = { highCutHz: 20_000, lowCutHz: 5 };

/** Both sides of what an impulse gives. */
async function echoes(settings: Settings, frames: number): Promise<readonly [Float32Array, Float32Array]> {
  const patch = effectPatch((input) => pingPong({ input, ...settings }));
  return [
    process(await effectPlayer(patch), impulse(frames), 0),
    process(await effectPlayer(patch), impulse(frames), 1),
  ];
}

Deno.test("echoes are left and right in turn, a step of time apart, the other side is silent", async () => {
  const [left, right] = await echoes({ timeSeconds: 0.01, feedback: 0.7, ...open }, 480 * 7);
  for (let echo = 1; echo <= 6; echo++) {
    const at = (side: Float32Array) => side.subarray(echo * 480 - 3, echo * 480 + 60);
    const [heard, silent] = echo % 2 ? [left, right] : [right, left];
    const levelDb = gainDbAt(at(heard), 1_000, rateHz) - (echo - 1) * decibels(0.7);
    assert.ok(Math.abs(levelDb) < 0.1 * echo, `echo ${echo}: ${levelDb}`);
    assert.ok(rms(at(silent)) < 1e-3, `echo ${echo}`);
  }
  assert.ok(left.subarray(0, 477).every((sample) => sample === 0));
});

Deno.test("each echo is 3 dB lower at both corners than the one before", async () => {
  const [left, right] = await echoes(
    { timeSeconds: 0.5, feedback: 0.9, highCutHz: 2_000, lowCutHz: 50 },
    72_000,
  );
  const [first, second] = [left.subarray(23_900, 48_000), right.subarray(47_900)];
  for (const [frequencyHz, expected] of [[2_000, -3], [50, -3], [400, -0.24]]) {
    const change = gainDbAt(second, frequencyHz, rateHz) - gainDbAt(first, frequencyHz, rateHz) -
      decibels(0.9);
    assert.ok(Math.abs(change - expected) < 0.3, `${frequencyHz} Hz: ${change}`);
  }
});

Deno.test("with feedback of 0.999 it fades, at every length", async () => {
  for (const timeSeconds of [0.001, 0.00713, 0.1]) {
    const [left] = await echoes({ timeSeconds, feedback: 0.999, ...open }, rateHz * 6);
    const [early, late] = [left.subarray(0, rateHz), left.subarray(5 * rateHz)];
    assert.ok(peak(left) <= 1.001 && rms(late) < rms(early), `${timeSeconds} s`);
  }
});

Deno.test("echoes end in exact zero", async () => {
  const [left, right] = await echoes({ timeSeconds: 0.01, feedback: 0.5 }, rateHz);
  for (const side of [left, right]) assert.ok(silentFrom(side) < 60 * 480, `${silentFrom(side)}`);
});

Deno.test("whatever moves its time and its filters, it stays below 40, and is silent afterwards", async () => {
  const storm = (min: number, max: number) => noise({}).times(max - min).plus((min + max) / 2);
  const player = await PatchPlayer.of(
    effectPatch((_input, { level }) =>
      pingPong({
        input: noise({}).times(level),
        timeSeconds: storm(0, 0.05).as("s"),
        feedback: level.times(0.499).plus(0.5),
        highCutHz: storm(0, 20_000).as("Hz"),
        lowCutHz: storm(0, 2_000).as("Hz"),
      }), {
      level: { unit: "1", min: 0, max: 1, default: 1, curve: "linear", smoothingSeconds: 0, why: "trial" },
    }),
  );
  assert.ok(peak(player.play(rateHz * 20)) < 40);
  player.set("fx/level", 0).play(rateHz * 20);
  assert.ok(player.play(rateHz).every((sample) => sample === 0));
});
