import assert from "node:assert/strict";
import { compressor } from "../../../modules/dynamics/compressor.ts";
import { channels } from "../../../modules/signal/channels.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { peak } from "../../../testing/patch_player.ts";
import { decibels } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

interface Settings {
  readonly thresholdDb?: number;
  readonly ratio?: number;
  readonly kneeDb?: number;
  readonly attackSeconds?: number;
  readonly releaseSeconds?: number;
  readonly makeUpDb?: number;
}

const player = (settings: Settings) =>
  effectPlayer(effectPatch((input) => {
    const { output, reductionDb } = compressor({ input, ...settings });
    return [output, reductionDb.as("1")];
  }));

const factor = (db: number) => 10 ** (db / 20);
const level = (db: number, frames: number) => new Float32Array(frames).fill(factor(db));

/** Decibels out for decibels in, with a knee, after Giannoulis, Massberg and Reiss. */
function curve(db: number, thresholdDb: number, ratio: number, kneeDb: number): number {
  const over = db - thresholdDb;
  if (2 * over <= -kneeDb) return db;
  if (2 * over <= kneeDb) return db + (1 / ratio - 1) * (over + kneeDb / 2) ** 2 / (2 * kneeDb);
  return thresholdDb + over / ratio;
}

Deno.test("the static curve is that of the paper within 0.01 dB, knee and all", async () => {
  for (const thresholdDb of [-60, -18, 0]) {
    for (const ratio of [1, 2, 4, 50]) {
      for (const kneeDb of [0, 6, 24]) {
        const one = await player({ thresholdDb, ratio, kneeDb, attackSeconds: 0.0005, releaseSeconds: 0.01 });
        for (const db of [-80, -63, -30, -20, -18, -16, -7, 0, 12]) {
          const found = decibels(process(one, level(db, 12_000))[11_999]);
          const expected = curve(db, thresholdDb, ratio, kneeDb);
          const name = `${db} dB over ${thresholdDb}, ${ratio}:1, knee ${kneeDb}`;
          assert.ok(Math.abs(found - expected) < 0.01, `${name}: ${found}, not ${expected} dB`);
        }
      }
    }
  }
});

Deno.test("below the knee every bit passes as it is, once what was above has been forgotten", async () => {
  const one = await player({ thresholdDb: -18, kneeDb: 6, releaseSeconds: 0.01 });
  process(one, level(0, 4_800));
  process(one, new Float32Array(rateHz * 2));
  const wave = Float32Array.from({ length: 4_096 }, (_, n) => Math.fround(0.08 * Math.sin(n * n * 1e-3)));
  assert.deepEqual(process(one, wave), wave);
});

Deno.test("63.2 % of the decibels are down after the attack, within 1 %", async () => {
  for (const attackSeconds of [0.0005, 0.01, 0.25]) {
    const one = await player({ thresholdDb: -30, ratio: 4, kneeDb: 0, attackSeconds });
    const frames = Math.round(attackSeconds * rateHz);
    const reduction = process(one, level(-6, 3 * frames), 1);
    const found = reduction[frames - 1] / 18;
    assert.ok(Math.abs(found - (1 - Math.exp(-1))) < 0.01, `${attackSeconds} s: ${found}`);
  }
});

Deno.test("after the release they come back along two exponentials, those of release and attack", async () => {
  for (const [attackSeconds, releaseSeconds] of [[0.0005, 0.05], [0.01, 0.15], [0.005, 1]]) {
    const one = await player({ thresholdDb: -30, ratio: 4, kneeDb: 0, attackSeconds, releaseSeconds });
    process(one, level(-6, Math.round(40 * attackSeconds * rateHz)));
    const reduction = process(one, new Float32Array(rateHz * 2), 1);
    for (const seconds of [releaseSeconds / 2, releaseSeconds, releaseSeconds * 1.9]) {
      // response of one low-pass to the decay of the other
      const [fast, slow] = [Math.exp(-seconds / attackSeconds), Math.exp(-seconds / releaseSeconds)];
      const expected = 18 * (releaseSeconds * slow - attackSeconds * fast) / (releaseSeconds - attackSeconds);
      const found = reduction[Math.round(seconds * rateHz) - 1];
      assert.ok(Math.abs(found - expected) < 0.02 * 18, `${seconds} s: ${found}, not ${expected} dB`);
    }
  }
});

Deno.test("a sine is turned down by what its peaks ask for within 0.5 dB, whatever its frequency", async () => {
  for (const frequencyHz of [50, 440, 5_000]) {
    const one = await player({ thresholdDb: -30, ratio: 4, kneeDb: 0, releaseSeconds: 0.3 });
    const wave = Float32Array.from(
      { length: rateHz * 2 },
      (_, frame) => 0.5 * Math.sin(2 * Math.PI * frequencyHz * frame / rateHz),
    );
    const found = decibels(peak(process(one, wave).subarray(rateHz)));
    const expected = curve(decibels(0.5), -30, 4, 0);
    assert.ok(Math.abs(found - expected) < 0.5, `${frequencyHz} Hz: ${found}, not ${expected} dB`);
  }
});

Deno.test("make-up is a plain gain", async () => {
  const one = await player({ thresholdDb: 0, makeUpDb: 12 });
  assert.ok(Math.abs(decibels(process(one, level(-40, 10))[9]) + 28) < 1e-3);
});

Deno.test("a side chain is listened to instead of the input", async () => {
  const patch = effectPatch((input) => {
    const drum = constant(1).where(input.isAbove(0.9));
    return compressor({
      input: input.times(0.5),
      sideChain: drum,
      thresholdDb: -20,
      ratio: 50,
      kneeDb: 0,
      attackSeconds: 0.001,
    }).output;
  });
  const one = await effectPlayer(patch);
  assert.equal(process(one, level(-6, 4_800))[4_799], Math.fround(Math.fround(factor(-6)) * 0.5));
  const ducked = decibels(process(one, level(0, 4_800))[4_799]);
  assert.ok(Math.abs(ducked - (-6.02 - 20 * (1 - 1 / 50))) < 0.05, `${ducked} dB`);
});

Deno.test("linked channels keep the image: the soft side is turned down as far as the loud one", async () => {
  const reductions = async (linkedChannels: number) => {
    const patch = effectPatch((input) => {
      const stereo = channels(input, input.times(0.01));
      return compressor({ input: stereo, linkedChannels, thresholdDb: -20, kneeDb: 0 }).output;
    });
    return await Promise.all([0, 1].map(async (side) => {
      const gain = process(await effectPlayer(patch), level(0, rateHz), side)[rateHz - 1];
      return decibels(gain / (side === 0 ? 1 : 0.01));
    }));
  };
  const [left, right] = await reductions(2);
  assert.ok(Math.abs(left + 15) < 0.05 && Math.abs(left - right) < 1e-3, `${left} and ${right} dB`);
  const [alone, untouched] = await reductions(1);
  assert.ok(Math.abs(alone + 15) < 0.05 && Math.abs(untouched) < 1e-5, `${alone} and ${untouched} dB`);
});
