import assert from "node:assert/strict";
import { lfo, type LfoShape, lfoShapes } from "../../../modules/modulation/lfo.ts";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import { constant, type Signal } from "../../../modules/signal/signal.ts";
import { PatchPlayer, peak, sameBits, testFormat } from "../../../testing/patch/patch_player.ts";
import { mean, rms, steepest } from "../../../testing/measure/level.ts";
import {
  effectPatch,
  effectPlayer,
  playVoice,
  process,
  rateHz,
  voicePatch,
} from "../../../testing/trial/trial_patch.ts";

const formulas: Partial<Record<LfoShape, (turns: number) => number>> = {
  sine: (turns) => Math.sin(2 * Math.PI * turns),
  triangle: (turns) => 1 - 4 * Math.abs(((turns + 0.25) % 1) - 0.5),
  saw: (turns) => turns < 0.5 ? 2 * turns : 2 * turns - 2,
  square: (turns) => turns < 0.5 ? 1 : -1,
};

/** Nearer than this to a step, 32 bits may fall on either side. */
const isStep = (turns: number) => Math.abs(turns - 0.5) < 1e-4 || turns < 1e-4 || turns > 1 - 1e-4;

for (const [shape, formula] of Object.entries(formulas)) {
  Deno.test(`a ${shape} follows its formula within 1e-4 over ten periods, at every phase`, async () => {
    for (const phaseTurns of [0, 0.25, 0.6, 1]) {
      const samples = await playVoice(
        () => lfo({ rateHz: 3.7, phaseTurns, shape: shape as LfoShape }),
        Math.round(10 * rateHz / 3.7),
      );
      samples.forEach((sample, frame) => {
        const turns = (frame * 3.7 / rateHz + phaseTurns) % 1;
        if (!isStep(turns)) {
          assert.ok(Math.abs(sample - formula(turns)) < 1e-4, `${phaseTurns}, frame ${frame}`);
        }
      });
    }
  });
}

Deno.test("the rate is right within 0.01 % from 0.1 Hz up, over a thousand periods", async () => {
  for (const rate of [0.1, 1, 6.5, 100]) {
    const player = await PatchPlayer.of(
      voicePatch(() => lfo({ rateHz: rate, shape: "square" })),
      { sampleRateHz: 8_000 },
    );
    const samples = player.on(1).play(8_000 * 200, 0);
    const rises: number[] = [];
    samples.forEach((sample, frame) => {
      if (sample === 1 && samples[frame - 1] === -1) rises.push(frame);
    });
    const found = (rises.length - 1) * 8_000 / (rises[rises.length - 1] - rises[0]);
    assert.ok(Math.abs(found / rate - 1) < 1e-4, `${rate} Hz: ${found}`);
  }
});

/** Plays in the output; the input triggers where it is above 0. */
function triggered(shape: LfoShape, phaseTurns = 0): Promise<PatchPlayer> {
  return effectPlayer(
    effectPatch((input: Signal<"1">) => lfo({ trigger: input.isAbove(0), rateHz: 5, phaseTurns, shape })),
  );
}

Deno.test("a trigger begins a period in its own frame, at the phase", async () => {
  const triggers = new Float32Array(rateHz);
  for (const frame of [1_234, 20_000, 20_001]) triggers[frame] = 1;
  for (const phaseTurns of [0, 0.125]) {
    const heard = process(await triggered("saw", phaseTurns), triggers);
    for (const frame of [0, 1_234, 20_000, 20_001]) {
      assert.ok(Math.abs(heard[frame] - 2 * phaseTurns) < 1e-6, `${frame}: ${heard[frame]}`);
    }
    assert.ok(heard[1_300] > heard[1_234]);
  }
});

Deno.test("random steps hold for a period and are anywhere from -1 to 1", async () => {
  const samples = await playVoice(() => lfo({ rateHz: 100, shape: "randomStep" }), 480 * 2_000);
  const steps = Array.from({ length: 2_000 }, (_, period) => samples[480 * period + 240]);
  steps.forEach((step, period) => {
    // edges may be a frame off, by what a rate of 32 bits rounds
    const held = samples.subarray(480 * period + 2, 480 * period + 478);
    assert.ok(held.every((sample) => sample === step), `period ${period}`);
  });
  assert.ok(Math.abs(mean(steps)) < 0.07 && Math.abs(rms(steps) * Math.sqrt(3) - 1) < 0.05);
  assert.ok(new Set(steps).size > 1_990);
});

Deno.test("smooth random arrives at a new level each period, without a step and without a corner", async () => {
  const samples = await playVoice(() => lfo({ rateHz: 10, shape: "randomSmooth" }), rateHz * 10);
  // 3x² − 2x³ is steepest in the middle: 1.5 times the way, at most 2, in 4800 frames
  assert.ok(steepest(samples) <= 3 / 4_800 * 1.01, `${steepest(samples)}`);
  assert.ok(peak(samples) <= 1 && rms(samples) > 0.3);
  const slopes = samples.slice(1).map((sample, frame) => sample - samples[frame]);
  assert.ok(steepest(slopes) < 3e-6, `${steepest(slopes)}`);
  for (let period = 1; period < 100; period++) {
    assert.ok(Math.abs(slopes[period * 4_800]) < 2e-6);
  }
});

Deno.test("a trigger gives random shapes a new level, which the smooth one takes a period to reach", async () => {
  const triggers = new Float32Array(rateHz);
  triggers[5_000] = 1;
  const stepped = process(await triggered("randomStep"), triggers);
  assert.notEqual(stepped[4_999], stepped[5_000]);
  assert.equal(stepped[5_000], stepped[5_000 + 9_000]);
  const smooth = process(await triggered("randomSmooth"), triggers);
  assert.ok(Math.abs(smooth[5_000] - smooth[4_999]) < 1e-3);
});

Deno.test("random shapes differ by seed and note, and are the same for the same seed", async () => {
  for (const shape of ["randomStep", "randomSmooth"] as const) {
    const play = (seed: number) => playVoice(() => lfo({ rateHz: 50, shape }), rateHz, { seed });
    const [first, again, other] = [await play(1), await play(1), await play(2)];
    assert.ok(sameBits(first, again) && !sameBits(first, other), shape);
  }
});

Deno.test("turning the phase back makes no new random level", async () => {
  const { phaseTurns } = lfo.parameters;
  const player = await PatchPlayer.of(
    voicePatch((_note, p) => lfo({ rateHz: 0.1, shape: "randomStep", phaseTurns: p.phaseTurns }), {
      phaseTurns: { ...phaseTurns, default: 0.4 },
    }),
  );
  const before = player.on(1).play(rateHz, 0);
  const after = player.set("one/phaseTurns", 0.1).play(rateHz, 0);
  assert.deepEqual(new Set([...before.subarray(1), ...after]).size, 1);
});

Deno.test("without a trigger it runs freely in the output too, and other shapes are refused", async () => {
  const player = await effectPlayer(effectPatch(() => lfo({ rateHz: 10 })));
  assert.ok(Math.abs(peak(process(player, new Float32Array(rateHz))) - 1) < 1e-5);
  const wrong = voicePatch(() => lfo({ shape: "ramp" as LfoShape }).plus(constant(0)));
  assert.throws(
    () => wrong.build(testFormat),
    (error: Error) =>
      error instanceof PatchError && error.message.includes(`expected one of ${lfoShapes.join(", ")}`),
  );
});
