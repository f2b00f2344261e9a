import assert from "node:assert/strict";
import { sine } from "../../../modules/oscillators/sine.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { decibels, measureHz, spectrum } from "../../../testing/measure/spectrum.ts";
import { playVoice, rateHz } from "../../../testing/trial/trial_patch.ts";

const length = 1 << 16;

Deno.test("a sine begins at 0 and has nothing beside its fundamental down to -120 dB", async () => {
  const periods = 1_365;
  const samples = await playVoice(() => sine({ frequencyHz: periods * rateHz / length }), length);
  assert.equal(samples[0], 0);
  const bins = spectrum(samples);
  const rest = bins.map((size, bin) => bin === periods ? 0 : size);
  assert.ok(Math.abs(bins[periods] / (length / 2) - 1) < 1e-6, `amplitude ${bins[periods] / (length / 2)}`);
  assert.ok(decibels(Math.max(...rest) / bins[periods]) < -120);
});

Deno.test("notes are in tune within 0.01 cents, measured by the phase that ten seconds gain", async () => {
  for (const number of [21, 33, 57, 69, 81.5, 105, 127]) {
    const expected = 440 * 2 ** ((number - 69) / 12);
    const samples = await playVoice(({ frequencyHz }) => sine({ frequencyHz }), 10 * rateHz, { number });
    const cents = 1_200 * Math.log2(measureHz(samples, expected, rateHz) / expected);
    assert.ok(Math.abs(cents) < 0.01, `note ${number}: ${cents} cents`);
  }
});

Deno.test("phase modulation by a constant shifts the wave by that part of a turn", async () => {
  const frequencyHz = 3_000;
  const plain = await playVoice(() => sine({ frequencyHz }), 4_800);
  const shifted = await playVoice(() => sine({ frequencyHz, phaseTurns: constant(0.25) }), 4_800);
  // a quarter of a period is 4 frames
  for (let frame = 0; frame < 4_000; frame++) {
    assert.ok(Math.abs(shifted[frame] - plain[frame + 4]) < 1e-6, `frame ${frame}`);
  }
});

Deno.test("phase modulation gives the sidebands of the Bessel functions", async () => {
  const [carrier, modulator] = [4_096, 256];
  const samples = await playVoice(() => {
    const phaseTurns = sine({ frequencyHz: modulator * rateHz / length }).times(1 / (2 * Math.PI));
    return sine({ frequencyHz: carrier * rateHz / length, phaseTurns });
  }, length);
  const bins = spectrum(samples);
  // J0(1), J1(1), J2(1): Abramowitz and Stegun, table 9.1
  [0.7651976866, 0.4400505857, 0.1149034849].forEach((expected, order) => {
    const found = bins[carrier + order * modulator] / (length / 2);
    assert.ok(Math.abs(found - expected) < 1e-5, `order ${order}: expected ${expected}, found ${found}`);
  });
});
