import assert from "node:assert/strict";
import { waveFolder } from "../../../modules/distortion/wave_folder.ts";
import { mean } from "../../../testing/measure/level.ts";
import { aliasDb, decibels, spectrum } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

interface Settings {
  readonly driveDb?: number;
  readonly symmetry?: number;
  readonly oversampling?: number;
}

const player = (settings: Settings) =>
  effectPlayer(effectPatch((input) => waveFolder({ input, ...settings })));

const frames = 2 ** 15;

async function folded(settings: Settings, periods: number): Promise<Float32Array> {
  const wave = Float32Array.from(
    { length: 2 * frames },
    (_, n) => Math.sin(2 * Math.PI * periods * n / frames),
  );
  return process(await player(settings), wave).subarray(frames);
}

Deno.test("the curve is sin(π/2 (dx + s)) - sin(π/2 s) within 1e-5, at every oversampling", async () => {
  for (const oversampling of [1, 2, 4]) {
    for (const driveDb of [-24, 0, 20]) {
      for (const symmetry of [-1, 0, 0.5]) {
        const one = await player({ driveDb, symmetry, oversampling });
        for (const level of [-1, -0.3, 0, 0.1, 1]) {
          const turned = 10 ** (driveDb / 20) * level + symmetry;
          const expected = Math.sin(Math.PI / 2 * turned) - Math.sin(Math.PI / 2 * symmetry);
          const found = process(one, new Float32Array(2_000).fill(level))[1_999];
          assert.ok(Math.abs(found - expected) < 1e-5, `${driveDb} dB, ${symmetry}, ${level}: ${found}`);
        }
      }
    }
  }
});

/** Bessel function of the first kind, by its integral. */
function besselJ(order: number, x: number): number {
  const steps = 2_000;
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const angle = Math.PI * (step + 0.5) / steps;
    sum += Math.cos(order * angle - x * Math.sin(angle));
  }
  return sum / steps;
}

Deno.test("harmonics of a full sine are 2 J(n, πd/2) within 0.0002: odd at symmetry 0, even at 1", async () => {
  for (const driveDb of [0, 6, 15]) {
    for (const symmetry of [0, 1]) {
      const bins = spectrum(await folded({ driveDb, symmetry }, 101));
      for (let harmonic = 1; harmonic <= 9; harmonic++) {
        const odd = harmonic % 2 === 1;
        const expected = odd === (symmetry === 0)
          ? Math.abs(2 * besselJ(harmonic, Math.PI / 2 * 10 ** (driveDb / 20)))
          : 0;
        const found = bins[harmonic * 101] / (frames / 2);
        assert.ok(
          Math.abs(found - expected) < 2e-4,
          `${driveDb} dB, harmonic ${harmonic}: ${found}, not ${expected}`,
        );
      }
    }
  }
});

Deno.test("at symmetry 0 there is no direct current, and silence stays silent at every symmetry", async () => {
  assert.ok(Math.abs(mean(await folded({ driveDb: 20 }, 101))) < 1e-5);
  for (const symmetry of [-1, -0.31, 0.77]) {
    const heard = process(await player({ symmetry }), new Float32Array(1_000));
    assert.ok(heard.every((sample) => sample === 0));
  }
});

Deno.test("aliases of a full sine of 5 kHz at 12 dB: -3 dB once, below -80 dB twice and four times a frame", async () => {
  const found = await Promise.all([1, 2, 4].map(async (oversampling) => {
    const heard = await folded({ driveDb: 12, oversampling }, 3_415);
    return aliasDb(heard, 3_415, 20_000 / rateHz);
  }));
  const text = found.map((level) => level.toFixed(1)).join(", ");
  assert.ok(found[0] > -10 && found[1] < -80 && found[2] < -80, `${text} dB`);
});

Deno.test("at 20 dB the folds of 5 kHz need four times a frame: -3 dB twice, below -68 dB four times", async () => {
  const found = await Promise.all([2, 4].map(async (oversampling) => {
    const bins = spectrum(await folded({ driveDb: 20, oversampling }, 3_415));
    const loudest = Math.max(...bins);
    let alias = 0;
    bins.subarray(0, Math.floor(frames * 20_000 / rateHz)).forEach((size, bin) => {
      if (bin % 3_415 !== 0) alias = Math.max(alias, size);
    });
    return decibels(alias / loudest);
  }));
  const text = found.map((level) => level.toFixed(1)).join(", ");
  assert.ok(found[0] > -20 && found[1] < -68, `${text} dB`);
});
