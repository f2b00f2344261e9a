import assert from "node:assert/strict";
import { truePeak, truePeakFrames } from "../../../modules/dynamics/true_peak.ts";
import { DelayLine } from "../../../modules/signal/delay_line.ts";
import { peak } from "../../../testing/patch_player.ts";
import { decibels } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process } from "../../../testing/trial/trial_patch.ts";
import { truePeakOf } from "../../../testing/measure/true_peak_meter.ts";

const player = () =>
  effectPlayer(effectPatch((input) => {
    const line = new DelayLine(2 * truePeakFrames);
    line.write(input);
    return truePeak(input, line);
  }));

Deno.test("of a sine it finds between -0.05 and 0.6 dB of its height up to 0.46 of the rate", async () => {
  for (let turns = 0.001; turns < 0.46; turns += 0.0237) {
    const wave = Float32Array.from({ length: 8_192 }, (_, n) => Math.sin(2 * Math.PI * (turns * n + 0.123)));
    const found = process(await player(), wave).subarray(200);
    // within the time of a period, or of nine frames, the peak has been there
    const reach = Math.max(9, Math.ceil(0.5 / turns) + 2);
    let [least, most] = [Infinity, 0];
    for (let at = 0; at + reach < found.length; at += reach) {
      const here = peak(found.subarray(at, at + reach));
      [least, most] = [Math.min(least, here), Math.max(most, here)];
    }
    assert.ok(
      decibels(least) > -0.05 && decibels(most) < 0.6,
      `${turns}: ${decibels(least)}, ${decibels(most)} dB`,
    );
  }
});

Deno.test("a sine at a quarter of the rate whose samples all miss its peaks is found at its full height", async () => {
  const wave = Float32Array.from({ length: 1_000 }, (_, n) => Math.sin(Math.PI / 2 * n + Math.PI / 4));
  assert.ok(Math.abs(decibels(peak(wave)) + 3.01) < 0.01);
  assert.ok(Math.abs(decibels(truePeakOf(wave))) < 0.01);
  const found = decibels(peak(process(await player(), wave).subarray(100)));
  assert.ok(found > -0.05 && found < 0.3, `${found} dB`);
});

Deno.test("of white noise it finds at least the peak between the samples less 0.1 dB", async () => {
  for (let seed = 1; seed <= 5; seed++) {
    let state = seed;
    const wave = Float32Array.from({ length: 4_800 }, () => {
      state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
      return state / 2 ** 31;
    });
    const found = decibels(peak(process(await player(), wave)) / truePeakOf(wave));
    assert.ok(found > -0.1 && found < 1, `seed ${seed}: ${found} dB`);
  }
});

Deno.test("a peak is known after truePeakFrames", async () => {
  const found = process(await player(), impulse(200));
  const at = found.findIndex((one) => one >= 1);
  assert.ok(at === truePeakFrames || at === truePeakFrames - 1, `${at}`);
});
