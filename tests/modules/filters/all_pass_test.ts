import assert from "node:assert/strict";
import { allPass } from "../../../modules/filters/all_pass.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { gainDbAt } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

const player = (gain: number, timeSeconds = 0.005, maximumSeconds = 0.1) =>
  effectPlayer(effectPatch((input) => allPass({ input, gain, timeSeconds, maximumSeconds })));

Deno.test("an all-pass leaves every frequency at its level within 0.0001 dB", async () => {
  for (const gain of [-0.95, -0.5, 0, 0.7]) {
    for (const timeSeconds of [0.0001, 0.00123, 0.0097]) {
      const response = process(await player(gain, timeSeconds), impulse(4 * rateHz));
      for (const frequencyHz of [0, 33, 1_234, 24_000]) {
        const found = gainDbAt(response, frequencyHz, rateHz);
        assert.ok(Math.abs(found) < 1e-4, `${gain}, ${timeSeconds} s: ${found} dB at ${frequencyHz} Hz`);
      }
    }
  }
});

Deno.test("its echoes are -g, then 1 - g² times the powers of g", async () => {
  const gain = 0.7;
  const heard = process(await player(gain), impulse(2_000));
  assert.ok(Math.abs(heard[0] + gain) < 1e-6);
  for (let echo = 1; echo < 8; echo++) {
    const expected = (1 - gain ** 2) * gain ** (echo - 1);
    assert.ok(Math.abs(heard[echo * 240] - expected) < 1e-6, `echo ${echo}: ${heard[echo * 240]}`);
  }
  assert.equal(heard.filter((sample) => sample !== 0).length, 9);
});

Deno.test("it ends in exact zero, also at the longest", async () => {
  const heard = process(await player(0.95, 0.1), impulse(80 * rateHz));
  // 0.95 to the power of 674 is 1e-15
  assert.ok(
    silentFrom(heard) < 70 * rateHz && silentFrom(heard) > 60 * rateHz,
    `${silentFrom(heard) / rateHz} s`,
  );
});

Deno.test("times are whole frames, at least one and at most maximumSeconds", async () => {
  for (
    const [timeSeconds, maximumSeconds, expected] of [[0.0001, 0.1, 5], [0.5, 0.01, 480], [0.00103, 0.1, 49]]
  ) {
    const heard = process(await player(0, timeSeconds, maximumSeconds), impulse(1_000));
    assert.equal(heard.findIndex((sample) => sample !== 0), expected);
  }
  const patch = effectPatch((input) => allPass({ input, maximumSeconds: 2 }));
  assert.throws(
    () => patch.build({ sampleRateHz: rateHz, channels: 2, inputChannels: 1, maximumBlockFrames: 64 }),
    /maximumSeconds.*expected more than 0, up to 1 s, found 2/,
  );
});

Deno.test("however noise throws time and gain about, it stays below 40 times its input", async () => {
  const patch = effectPatch((input) =>
    allPass({ input: noise({}), timeSeconds: input.times(0.1).as("s"), gain: input.times(2.2).minus(1.1) })
  );
  const moves = Float32Array.from({ length: 4 * rateHz }, (_, n) => ((n * 2_654_435_761) >>> 0) / 2 ** 32);
  const heard = process(await effectPlayer(patch), moves);
  // what is written is at most 1 / (1 - 0.95), what is heard at most 1.95 times that
  assert.ok(peak(heard) < 40, `${peak(heard)}`);
});
