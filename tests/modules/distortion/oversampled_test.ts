import assert from "node:assert/strict";
import { oversampled, type Oversampling, oversamplings } from "../../../modules/distortion/oversampled.ts";
import type { Signal } from "../../../modules/signal/signal.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { aliasDb, gainDbAt, phaseTurnsAt, spectrum } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

const player = (times: Oversampling, shape: (input: Signal<"1">) => Signal<"1">) =>
  effectPlayer(effectPatch((input) => oversampled(input, times, shape)));

const square = (x: Signal<"1">) => x.squared();

Deno.test("what a function leaves as it is keeps its level within 0.001 dB up to 20 kHz", async () => {
  for (const times of oversamplings) {
    const response = process(await player(times, (x) => x), impulse(4_096));
    for (const frequencyHz of [0, 100, 5_000, 15_000, 20_000]) {
      const found = gainDbAt(response, frequencyHz, rateHz);
      assert.ok(Math.abs(found) < 0.001, `${times} times: ${found} dB at ${frequencyHz} Hz`);
    }
    assert.ok(silentFrom(response) < 1_000);
  }
});

Deno.test("it is later by 2.7 frames twice a frame and 3.5 frames four times, 8.7 and 9.7 at 20 kHz", async () => {
  for (const [times, bassFrames, topFrames] of [[1, 0, 0], [2, 2.69, 8.64], [4, 3.51, 9.65]] as const) {
    const response = process(await player(times, (x) => x), impulse(4_096));
    for (const [frequencyHz, expected] of [[200, bassFrames], [20_000, topFrames]]) {
      const turns = phaseTurnsAt(response, frequencyHz - 1, rateHz) -
        phaseTurnsAt(response, frequencyHz + 1, rateHz);
      const found = (turns - Math.round(turns)) / 2 * rateHz;
      assert.ok(Math.abs(found - expected) < 0.02, `${times} times: ${found} frames at ${frequencyHz} Hz`);
    }
  }
});

Deno.test("the square of a sine of 18 kHz, twice a frame, leaves its octave 90 dB down where it would fold", async () => {
  const frames = 8_192;
  const periods = 3_073;
  const wave = Float32Array.from(
    { length: 2 * frames },
    (_, n) => Math.sin(2 * Math.PI * periods * n / frames),
  );
  // twice 18 kHz is 36 kHz, which folds to 12 kHz
  const folded = frames - 2 * periods;
  const levels = await Promise.all(oversamplings.map(async (times) => {
    const bins = spectrum(process(await player(times, square), wave).subarray(frames));
    return 20 * Math.log10(bins[folded] / bins[0]);
  }));
  const found = levels.map((level) => level.toFixed(1)).join(", ");
  assert.ok(levels[0] > -7, `${found} dB`);
  assert.ok(levels[1] < -90 && levels[2] < -90, `${found} dB`);
});

Deno.test("the fourth power of a sine of 19 kHz needs four times a frame: 95 dB down where it folds", async () => {
  const frames = 8_192;
  const periods = 3_243;
  const wave = Float32Array.from(
    { length: 2 * frames },
    (_, n) => Math.sin(2 * Math.PI * periods * n / frames),
  );
  const levels = await Promise.all(oversamplings.map(async (times) => {
    const one = await player(times, (x) => square(square(x)));
    // harmonics at 38 and 76 kHz; the second of them folds to 20 kHz where it is computed twice a frame
    const bins = spectrum(process(one, wave).subarray(frames));
    return 20 * Math.log10(Math.max(...bins.subarray(10, Math.floor(frames * 20_500 / rateHz))) / bins[0]);
  }));
  const found = levels.map((level) => level.toFixed(1)).join(", ");
  assert.ok(levels[0] > -6 && levels[1] > -17 && levels[2] < -95, `${found} dB`);
});

Deno.test("a hard clip at 20 dB over, at 3 kHz: aliases are 20 dB lower twice a frame, 35 dB four times", async () => {
  const frames = 2 ** 15;
  const periods = 2_049;
  const wave = Float32Array.from(
    { length: 2 * frames },
    (_, n) => 10 * Math.sin(2 * Math.PI * periods * n / frames),
  );
  const levels = await Promise.all(oversamplings.map(async (times) => {
    const heard = process(await player(times, (x) => x.within(-1, 1)), wave);
    return aliasDb(heard.subarray(frames), periods, 20_000 / rateHz);
  }));
  const found = levels.map((level) => level.toFixed(1)).join(", ");
  assert.ok(levels[1] < levels[0] - 20, `${found} dB`);
  assert.ok(levels[2] < levels[0] - 35, `${found} dB`);
});

Deno.test("other numbers of times are refused", () => {
  const patch = effectPatch((input) => oversampled(input, 3 as Oversampling, square));
  assert.throws(
    () => patch.build({ sampleRateHz: rateHz, channels: 2, inputChannels: 1, maximumBlockFrames: 64 }),
    /oversampled: expected 1, 2, 4 times, found 3/,
  );
});
