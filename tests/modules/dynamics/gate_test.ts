import assert from "node:assert/strict";
import fc from "fast-check";
import { gate } from "../../../modules/dynamics/gate.ts";
import { silentFrom, steepest } from "../../../testing/measure/level.ts";
import { decibels } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

interface Settings {
  readonly thresholdDb?: number;
  readonly hysteresisDb?: number;
  readonly holdSeconds?: number;
  readonly attackSeconds?: number;
  readonly releaseSeconds?: number;
  readonly closedDb?: number;
}

const player = (settings: Settings) =>
  effectPlayer(effectPatch((input) => {
    const { output, gain } = gate({ input, ...settings });
    return [output, gain];
  }));

const level = (db: number, frames: number) => new Float32Array(frames).fill(10 ** (db / 20));

Deno.test("a gate opens at its threshold and closes below it by the hysteresis, within 0.01 dB", async () => {
  for (const [thresholdDb, hysteresisDb] of [[-60, 24], [-40, 6], [-20, 0], [0, 12]]) {
    const one = await player({ thresholdDb, hysteresisDb, holdSeconds: 0, releaseSeconds: 0.001 });
    const gainAfter = (db: number) => process(one, level(db, 2_000), 1)[1_999];
    const closesDb = thresholdDb - hysteresisDb;
    assert.equal(gainAfter(thresholdDb - 0.01), 0, "shut below the threshold");
    assert.equal(gainAfter(thresholdDb + 0.01), 1, "open above it");
    assert.equal(gainAfter(closesDb + 0.01), 1, "still open above the lower one");
    assert.equal(gainAfter(closesDb - 0.01), 0, "shut below that");
    assert.equal(gainAfter(thresholdDb - 0.01), 0, "still shut below the threshold");
  }
});

Deno.test("it takes the attack to open within a frame or 1 %, and wide open passes every bit", async () => {
  for (const attackSeconds of [0.0001, 0.001, 0.1]) {
    const gain = process(await player({ attackSeconds }), level(-10, rateHz / 4), 1);
    const found = gain.findIndex((one) => one === 1) + 1;
    const expected = attackSeconds * rateHz;
    assert.ok(
      Math.abs(found - expected) <= Math.max(1, expected * 0.01),
      `${attackSeconds} s: ${found} frames`,
    );
  }
  const wave = Float32Array.from({ length: 9_600 }, (_, frame) => Math.fround(Math.sin(frame * 0.05)));
  assert.deepEqual(process(await player({}), wave).subarray(4_800), wave.subarray(4_800));
});

Deno.test("it begins to close in the frame after the hold, and is shut after the release within 1 %", async () => {
  for (const holdSeconds of [0, 0.02, 0.5]) {
    for (const releaseSeconds of [0.001, 0.1, 0.5]) {
      const one = await player({ holdSeconds, releaseSeconds });
      process(one, level(-6, 9_600));
      const gain = process(one, new Float32Array(2 * rateHz), 1);
      const held = gain.findIndex((now) => now < 1);
      assert.equal(held, holdSeconds * rateHz);
      const expected = releaseSeconds * rateHz;
      const found = silentFrom(gain) - held + 1;
      assert.ok(
        Math.abs(found - expected) <= Math.max(1, expected * 0.01),
        `${releaseSeconds} s: ${found} frames`,
      );
    }
  }
});

Deno.test("a hold longer than half a wave keeps a bass open all the time", async () => {
  const wave = Float32Array.from(
    { length: rateHz },
    (_, n) => 0.05 * Math.sin(2 * Math.PI * 30 * n / rateHz),
  );
  const gain = process(await player({ holdSeconds: 0.05 }), wave, 1);
  assert.ok(gain.subarray(4_800).every((now) => now === 1));
});

Deno.test("shut, it leaves what closedDb says", async () => {
  for (const closedDb of [-40, -12, 0]) {
    const heard = process(await player({ closedDb }), level(-50, rateHz));
    assert.ok(Math.abs(decibels(heard[rateHz - 1]) + 50 - closedDb) < 1e-3, `${closedDb} dB`);
  }
});

Deno.test("a side chain opens it instead of the input", async () => {
  const patch = effectPatch((input) => gate({ input: input.times(0).plus(0.5), sideChain: input }).output);
  const one = await effectPlayer(patch);
  assert.equal(process(one, new Float32Array(480))[479], 0);
  assert.equal(process(one, level(-10, 480))[479], 0.5);
});

Deno.test("whatever opens and shuts it, its gain takes no step steeper than attack and release allow", async () => {
  const [attackSeconds, releaseSeconds] = [0.01, 0.05];
  const one = await player({ attackSeconds, releaseSeconds, holdSeconds: 0 });
  const attackStep = 1.3 * Math.log(1.3 / 0.3) / (attackSeconds * rateHz);
  const releaseStep = Math.log(1e4) / (releaseSeconds * rateHz);
  const limit = Math.max(attackStep, releaseStep) * 1.01;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 900 })), { minLength: 1, maxLength: 20 }),
      (parts) => {
        const gains = parts.flatMap(([loud, frames]) => [...process(one, level(loud ? -6 : -90, frames), 1)]);
        assert.ok(steepest(gains) <= limit, `steps of ${steepest(gains)}, at most ${limit}`);
        assert.ok(gains.every((gain) => gain >= 0 && gain <= 1));
      },
    ),
    { numRuns: 100 },
  );
});
