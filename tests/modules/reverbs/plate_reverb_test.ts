import assert from "node:assert/strict";
import { plateReverb } from "../../../modules/reverbs/plate_reverb.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { PatchPlayer, peak } from "../../../testing/patch/patch_player.ts";
import { decayTime } from "../../../testing/measure/decay_time.ts";
import { rms, silentFrom } from "../../../testing/measure/level.ts";
import { strayDb } from "../../../testing/measure/stray.ts";
import { effectPatch, rateHz } from "../../../testing/trial/trial_patch.ts";
import { echoDensity, likeness, responseOf } from "./reverb_trial.ts";

const bright = { dampingHz: 20_000, bandwidthHz: 20_000 };

Deno.test("it falls by 60 dB in the time asked for within 15 %, at every sample rate", async () => {
  for (
    const [decaySeconds, sampleRateHz] of [[1, 48_000], [2.5, 48_000], [6, 48_000], [2.5, 44_100], [
      2.5,
      96_000,
    ]]
  ) {
    const length = 2 ** Math.ceil(Math.log2(sampleRateHz * decaySeconds));
    const heard = await responseOf((input) => plateReverb({ input, decaySeconds, ...bright }), length, 0, {
      sampleRateHz,
    });
    for (const [lowHz, highHz] of [[100, 400], [400, 1_600], [1_600, 6_000]]) {
      const found = decayTime(heard, sampleRateHz, lowHz, highHz);
      assert.ok(
        Math.abs(found / decaySeconds - 1) < 0.15,
        `${decaySeconds} s at ${sampleRateHz}, ${lowHz} Hz: ${found}`,
      );
    }
  }
});

Deno.test("damping makes high tones die first", async () => {
  const heard = await responseOf(
    (input) => plateReverb({ input, decaySeconds: 3, dampingHz: 2_000 }),
    1 << 18,
  );
  const [low, high] = [decayTime(heard, rateHz, 100, 400), decayTime(heard, rateHz, 3_000, 6_000)];
  assert.ok(Math.abs(low / 3 - 1) < 0.15 && high < 0.6 * low, `${low} and ${high}`);
});

Deno.test("nothing is heard before the pre-delay, and something soon after, at the same time at every rate", async () => {
  for (const preDelaySeconds of [0, 0.05, 0.25]) {
    for (const sampleRateHz of [44_100, 48_000, 96_000]) {
      const heard = await responseOf((input) => plateReverb({ input, preDelaySeconds }), sampleRateHz, 0, {
        sampleRateHz,
      });
      const first = heard.findIndex((sample) => Math.abs(sample) > 1e-4) / sampleRateHz - preDelaySeconds;
      assert.ok(first > 0.0035 && first < 0.009, `${preDelaySeconds} s at ${sampleRateHz}: ${first}`);
    }
  }
});

Deno.test("left and right have little in common, and after 0.2 s echoes cannot be told apart", async () => {
  const [left, right] = await Promise.all(
    [0, 1].map((side) => responseOf((input) => plateReverb({ input }), rateHz, side)),
  );
  const part = (side: Float32Array) => side.subarray(0.2 * rateHz, 0.4 * rateHz);
  assert.ok(Math.abs(likeness(left, right)) < 0.2, `${likeness(left, right)}`);
  assert.ok(echoDensity(part(left)) > 0.85, `${echoDensity(part(left))}`);
  assert.ok(Math.abs(rms(left) / rms(right) - 1) < 0.2);
});

Deno.test("without diffusion the first echoes stand alone", async () => {
  const early = async (diffusion: number) =>
    echoDensity((await responseOf((input) => plateReverb({ input, diffusion }), 4_800)).subarray(960));
  assert.ok(await early(0) < 0.7 * await early(1), `${await early(0)}, ${await early(1)}`);
});

Deno.test("at the longest decay it only ever falls, and ends in exact zero", async () => {
  const sampleRateHz = 8_000;
  const settings = { decaySeconds: 60, ...bright, modulation: 1, modulationHz: 3 };
  const heard = await responseOf((input) => plateReverb({ input, ...settings }), 420 * sampleRateHz, 0, {
    sampleRateHz,
  });
  let before = Infinity;
  for (let from = sampleRateHz; from + 5 * sampleRateHz < heard.length; from += 5 * sampleRateHz) {
    const level = rms(heard.subarray(from, from + 5 * sampleRateHz));
    assert.ok(level < before || level === 0, `${from / sampleRateHz} s: ${level} after ${before}`);
    before = level;
  }
  const end = silentFrom(heard) / sampleRateHz;
  // what is flushed lies 300 dB down: five decays
  assert.ok(end > 200 && end < 400, `${end} s`);
});

Deno.test("a steady tone gets neighbours within a twentieth of it, and nothing else 100 dB below; 50 dB at most modulation", async () => {
  for (const frequencyHz of [440, 3_000]) {
    const stray = (modulation: number) =>
      strayDb((input) => plateReverb({ input, modulation, ...bright }), frequencyHz, frequencyHz / 20, 8);
    const [still, usual, most] = [await stray(0), await stray(0.25), await stray(1)];
    assert.ok(
      still < -110 && usual < -100 && most < -50,
      `${frequencyHz} Hz: ${still}, ${usual}, ${most} dB`,
    );
  }
});

Deno.test("whatever moves its parameters, it stays below 100, and is silent afterwards", async () => {
  const storm = (min: number, max: number) => noise({}).times(max - min).plus((min + max) / 2);
  const player = await PatchPlayer.of(
    effectPatch((_input, { level }) =>
      plateReverb({
        input: noise({}).times(level),
        decaySeconds: level.isAbove(0).select(storm(0, 60), 1).as("s"),
        preDelaySeconds: storm(0, 0.25).as("s"),
        dampingHz: storm(0, 20_000).as("Hz"),
        diffusion: storm(0, 1),
        modulation: storm(0, 1),
        modulationHz: storm(0, 3).as("Hz"),
      }), {
      level: { unit: "1", min: 0, max: 1, default: 1, curve: "linear", smoothingSeconds: 0, why: "trial" },
    }),
  );
  assert.ok(peak(player.play(20 * rateHz)) < 100);
  player.set("fx/level", 0).play(30 * rateHz);
  assert.ok(player.play(rateHz).every((sample) => sample === 0));
});
