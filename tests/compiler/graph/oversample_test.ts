import assert from "node:assert/strict";
import { doubled, filterReach, halved, sixPointCoefficients } from "../../../compiler/graph/oversample.ts";
import { frames } from "../../../testing/trial/test_bank.ts";

const sine = (turnsPerFrame: number, count = 2_000) =>
  frames(count, (frame) => Math.sin(2 * Math.PI * turnsPerFrame * frame));
const inside = (samples: Float32Array) => samples.subarray(4 * filterReach, -4 * filterReach);
const rms = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);

/** The polynomial itself, as the source writes it. */
function between(samples: Float32Array, at: number): number {
  const whole = Math.floor(at);
  const z = at - whole - 0.5;
  return sixPointCoefficients.reduce((sum, weights, power) => {
    const term = weights.reduce((total, weight, pair) => {
      const [after, before] = [samples[whole + 1 + pair], samples[whole - pair]];
      return total + weight * (power % 2 === 0 ? after + before : after - before);
    }, 0);
    return sum + term * z ** power;
  }, 0);
}

Deno.test("the doubled file and the polynomial together give a sine up to 0.45 of the rate as it is", () => {
  for (const turns of [0.001, 0.01, 0.1, 0.25, 0.4, 0.45]) {
    const twice = doubled(sine(turns));
    for (let at = 300; at < 900; at += 0.37) {
      const error = Math.abs(between(twice, 2 * at) - Math.sin(2 * Math.PI * turns * at));
      assert.ok(error < 0.002, `${turns} of the rate, frame ${at}: off by ${error}`);
    }
  }
});

Deno.test("half the rate keeps what lies in its band, at its place, and drops what would fold", () => {
  for (const turns of [0.001, 0.05, 0.2]) {
    const half = halved(sine(turns));
    inside(half).forEach((value, index) =>
      assert.ok(Math.abs(value - Math.sin(4 * Math.PI * turns * (index + 4 * filterReach))) < 1e-4)
    );
  }
  for (const turns of [0.3, 0.4, 0.49]) {
    assert.ok(rms(inside(halved(sine(turns)))) < 1e-5, `${turns} of the rate folds`);
  }
});

Deno.test("direct current stays, and lengths are twice, and half rounded up", () => {
  const twice = doubled(frames(1_000, () => 0.5));
  for (let at = 300; at < 1_700; at += 0.3) assert.ok(Math.abs(between(twice, at) - 0.5) < 1e-6);
  assert.deepEqual([doubled(sine(0.1, 7)).length, halved(sine(0.1, 7)).length], [14, 4]);
});
