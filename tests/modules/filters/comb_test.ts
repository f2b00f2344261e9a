import assert from "node:assert/strict";
import { comb } from "../../../modules/filters/comb.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { rms, silentFrom } from "../../../testing/measure/level.ts";
import { decibels, gainDbAt } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

interface Settings {
  readonly frequencyHz: number;
  readonly feedback: number;
  readonly feedforward?: number;
}

async function heardOf(settings: Settings, frames = 4 * rateHz): Promise<Float32Array> {
  return process(await effectPlayer(effectPatch((input) => comb({ input, ...settings }))), impulse(frames));
}

async function responseOf(settings: Settings): Promise<(frequencyHz: number) => number> {
  const response = await heardOf(settings);
  return (frequencyHz) => gainDbAt(response, frequencyHz, rateHz);
}

Deno.test("feedback makes teeth of 1 / (1 - feedback) at the multiples, and gaps of 1 / (1 + feedback) between", async () => {
  for (const feedback of [0.5, 0.9]) {
    const at = await responseOf({ frequencyHz: 480, feedback });
    for (const tooth of [1, 2, 5, 20]) {
      assert.ok(Math.abs(at(480 * tooth) + decibels(1 - feedback)) < 0.01, `${tooth}: ${at(480 * tooth)} dB`);
      assert.ok(Math.abs(at(480 * (tooth - 0.5)) + decibels(1 + feedback)) < 0.01);
    }
  }
});

Deno.test("negative feedback puts the teeth half way between the multiples", async () => {
  const at = await responseOf({ frequencyHz: 480, feedback: -0.9 });
  assert.ok(Math.abs(at(240) + decibels(0.1)) < 0.01 && Math.abs(at(480) + decibels(1.9)) < 0.01);
});

Deno.test("feedforward alone makes gaps deeper than 60 dB and hills of 6 dB", async () => {
  const sum = await responseOf({ frequencyHz: 480, feedback: 0, feedforward: 1 });
  assert.ok(sum(240) < -60 && sum(720) < -60 && Math.abs(sum(480) - 6.02) < 0.01);
  const difference = await responseOf({ frequencyHz: 480, feedback: 0, feedforward: -1 });
  assert.ok(difference(480) < -60 && difference(960) < -60 && Math.abs(difference(240) - 6.02) < 0.01);
});

Deno.test("the lowest tooth is in tune within 1 cent at every pitch, between frames too", async () => {
  for (const frequencyHz of [55, 110.7, 261.63, 440, 987.77]) {
    const at = await responseOf({ frequencyHz, feedback: 0.99 });
    const cent = 2 ** (1 / 1_200);
    // a tooth is symmetrical around its middle
    const [flat, sharp] = [at(frequencyHz / cent ** 10), at(frequencyHz * cent ** 10)];
    const slope = (at(frequencyHz / cent ** 9) - flat + at(frequencyHz * cent ** 9) - sharp) / 2;
    const cents = (sharp - flat) / slope / 2;
    assert.ok(Math.abs(cents) < 1, `${frequencyHz} Hz: ${cents} cents`);
  }
});

Deno.test("with feedback of 0.999 and -0.999 it fades at every pitch, and with less it ends in exact zero", async () => {
  for (const feedback of [0.999, -0.999]) {
    for (const frequencyHz of [20, 333, 10_000]) {
      const heard = await heardOf({ frequencyHz, feedback });
      assert.ok(peak(heard) <= 1.001 && rms(heard.subarray(2 * rateHz)) < rms(heard.subarray(0, 2 * rateHz)));
    }
  }
  const heard = await heardOf({ frequencyHz: 100, feedback: 0.5 });
  // 50 periods make 1e-15
  assert.ok(silentFrom(heard) < 60 * 480, `${silentFrom(heard)}`);
});

Deno.test("however noise throws the pitch about, it stays below what its feedback may add up to", async () => {
  for (const feedback of [0.999, -0.999]) {
    const patch = effectPatch((input) =>
      comb({ input: noise({}), frequencyHz: input.times(10_000).as("Hz"), feedback, feedforward: 1 })
    );
    const moves = Float32Array.from({ length: 4 * rateHz }, (_, n) => ((n * 2_654_435_761) >>> 0) / 2 ** 32);
    const heard = process(await effectPlayer(patch), moves);
    assert.ok(peak(heard) < 2_000, `${peak(heard)}`);
  }
});
