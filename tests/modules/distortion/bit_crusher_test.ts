import assert from "node:assert/strict";
import { bitCrusher } from "../../../modules/distortion/bit_crusher.ts";
import { rms } from "../../../testing/measure/level.ts";
import { decibels, spectrum } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

const player = (bits: number, holdHz = 48_000) =>
  effectPlayer(effectPatch((input) => bitCrusher({ input, bits, holdHz })));

const ramp = Float32Array.from({ length: 4_801 }, (_, frame) => (frame - 2_400) / 2_400);

Deno.test("n bits make steps of 2 / 2^n, symmetrical about a zero that stays zero", async () => {
  for (const bits of [1, 2, 4, 8, 12]) {
    const heard = process(await player(bits), ramp);
    const step = 2 / 2 ** bits;
    heard.forEach((sample, frame) => {
      assert.ok(Math.abs(sample / step - Math.round(sample / step)) < 1e-6, `${bits} bits: ${sample}`);
      assert.ok(
        Math.abs(sample - ramp[frame]) <= step * 0.5001,
        `${bits} bits: ${sample} for ${ramp[frame]}`,
      );
      assert.ok(Math.abs(sample + heard[ramp.length - 1 - frame]) < 1e-6);
    });
    assert.equal(heard[2_400], 0);
    const values = new Set(heard.map((sample) => Math.round(sample / step)));
    assert.equal(values.size, Math.min(ramp.length, 2 ** bits + 1));
  }
});

Deno.test("the noise of a full sine lies 6.02 dB a bit plus 1.76 dB below it, within 0.5 dB", async () => {
  for (const bits of [6, 8, 10, 12]) {
    const wave = Float32Array.from({ length: rateHz }, (_, frame) => Math.sin(frame * 0.1234));
    const heard = process(await player(bits), wave);
    const noise = decibels(rms(heard.map((sample, frame) => sample - wave[frame])) / rms(wave));
    assert.ok(Math.abs(noise + 6.02 * bits + 1.76) < 0.5, `${bits} bits: ${noise} dB`);
  }
});

Deno.test("bits between whole numbers make steps between", async () => {
  const heard = process(await player(3.5), ramp);
  const smallest = heard.reduce((least, sample) => sample > 0 ? Math.min(least, sample) : least, 1);
  assert.ok(Math.abs(smallest - 2 / 2 ** 3.5) < 1e-6, `${smallest}`);
});

Deno.test("holdHz is the number of samples taken a second, from the first frame on; at the rate, every frame is", async () => {
  for (const holdHz of [100, 1_000, 7_777, 24_000, 48_000]) {
    const wave = Float32Array.from({ length: rateHz + 1 }, (_, frame) => (frame + 10) / 65_536);
    const heard = process(await player(16, holdHz), wave);
    assert.ok(heard[0] > 0);
    let changes = 0;
    for (let frame = 1; frame < heard.length; frame++) if (heard[frame] !== heard[frame - 1]) changes++;
    // at the full rate two frames fall on one step of 16 bits
    const expected = holdHz === 48_000 ? 24_000 : holdHz;
    assert.ok(Math.abs(changes - expected) <= 1, `${holdHz} Hz: ${changes} changes in a second`);
  }
});

Deno.test("a tone of 5 kHz held at 8 kHz comes back mirrored at 3 kHz", async () => {
  const frames = 4_800;
  const wave = Float32Array.from({ length: 8_192 }, (_, n) => Math.sin(2 * Math.PI * 5_000 * n / rateHz));
  const heard = process(await player(16, 8_000), wave);
  const bins = spectrum(heard);
  const at = (frequencyHz: number) => {
    const bin = Math.round(frequencyHz * 8_192 / rateHz);
    return Math.max(...bins.subarray(bin - 2, bin + 3));
  };
  assert.ok(at(3_000) > 0.5 * frames / 2, `${at(3_000)}`);
});

Deno.test("beyond full scale it clips, and silence is silent", async () => {
  const one = await player(8);
  assert.equal(process(one, new Float32Array(10).fill(7))[9], 1);
  assert.equal(process(one, new Float32Array(10).fill(-7))[9], -1);
  assert.ok(process(one, new Float32Array(10)).every((sample) => sample === 0));
});
