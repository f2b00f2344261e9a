import assert from "node:assert/strict";
import { noise } from "../../../modules/oscillators/noise.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { delay } from "../../../modules/time/delay.ts";
import { PatchPlayer, peak } from "../../../testing/patch/patch_player.ts";
import { rms, silentFrom, steepest } from "../../../testing/measure/level.ts";
import { gainDbAt, phaseTurnsAt } from "../../../testing/measure/spectrum.ts";
import {
  effectPatch,
  effectPlayer,
  impulse,
  process,
  rateHz,
  voicePatch,
} from "../../../testing/trial/trial_patch.ts";

/** A delay of a number of frames. */
function delayOf(frames: number, feedback: number, maximumSeconds = 2): Promise<PatchPlayer> {
  return effectPlayer(
    effectPatch((input) => delay({ input, timeSeconds: frames / rateHz, feedback, maximumSeconds })),
  );
}

Deno.test("whole frames are delayed exactly, the first echo at full level", async () => {
  for (const frames of [5, 48, 1_000, 48_000]) {
    const heard = process(await delayOf(frames, 0), impulse(frames + 10));
    heard.forEach((sample, frame) =>
      assert.ok(
        Math.abs(sample - (frame === frames ? 1 : 0)) < 0.003,
        `${frames} frames: ${sample} at ${frame}`,
      )
    );
  }
});

Deno.test("the time between frames is right within 0.002 frames at 500 Hz", async () => {
  for (const frames of [5, 5.25, 7.5, 20.75, 100.5, 333.3, 4_800.9]) {
    const response = process(await delayOf(frames, 0), impulse(8_192));
    const turns = phaseTurnsAt(response, 500, rateHz) + frames * 500 / rateHz;
    const error = (turns - Math.round(turns)) * rateHz / 500;
    assert.ok(Math.abs(error) < 0.002, `${frames} frames: off by ${error}`);
    assert.ok(Math.abs(gainDbAt(response, 500, rateHz)) < 0.01);
  }
});

Deno.test("no frequency comes back louder, wherever between frames the time lies", async () => {
  for (let part = 0; part < 1; part += 0.1) {
    const response = process(await delayOf(20 + part, 0), impulse(64));
    for (let frequencyHz = 0; frequencyHz <= 24_000; frequencyHz += 500) {
      assert.ok(gainDbAt(response, frequencyHz, rateHz) < 1e-5, `${part} frames at ${frequencyHz} Hz`);
    }
  }
});

Deno.test("each echo is the feedback times the one before, also where it turns over", async () => {
  for (const feedback of [0.5, -0.7, 0.999]) {
    const heard = process(await delayOf(100, feedback), impulse(1_100));
    for (let echo = 1; echo <= 10; echo++) {
      assert.ok(Math.abs(heard[echo * 100] - feedback ** (echo - 1)) < 1e-3, `echo ${echo}`);
    }
  }
});

Deno.test("with feedback of 0.999 and -0.999 it fades at every length", async () => {
  for (const feedback of [0.999, -0.999]) {
    for (const frames of [4.9, 5.5, 7.7, 17.2, 240.5]) {
      const player = await delayOf(frames, feedback);
      const heard = process(player, impulse(rateHz * 4));
      const [early, late] = [heard.subarray(0, rateHz), heard.subarray(3 * rateHz)];
      assert.ok(peak(heard) <= 1.001 && rms(late) < rms(early), `${frames} frames, ${feedback}`);
    }
  }
});

Deno.test("echoes end in exact zero", async () => {
  const player = await delayOf(100.5, 0.5);
  const heard = process(player, impulse(rateHz));
  // 50 echoes make 1e-15
  assert.ok(silentFrom(heard) < 60 * 100, `${silentFrom(heard)}`);
});

Deno.test("times are kept between two frames, where the rate is low, and the longest there is", async () => {
  const tooShort = await effectPlayer(
    effectPatch((input) => delay({ input, timeSeconds: 0.0001, feedback: 0 })),
    { sampleRateHz: 8_000 },
  );
  assert.equal(process(tooShort, impulse(10)).findIndex((one) => one > 0.5), 2);
  const tooLong = await effectPlayer(
    effectPatch((input) => delay({ input, timeSeconds: 1, feedback: 0, maximumSeconds: 0.01 })),
  );
  assert.equal(process(tooLong, impulse(1_000)).findIndex((one) => one > 0.5), 480);
});

Deno.test("a time that is moved slides: a sine in it bends and has no step", async () => {
  const { timeSeconds } = delay.parameters;
  const player = await effectPlayer(
    effectPatch(
      (input, p) => delay({ input, timeSeconds: p.timeSeconds, feedback: 0 }),
      { timeSeconds: { ...timeSeconds, max: 2, default: 0.1 } },
    ),
  );
  const wave = (from: number, frames: number) =>
    Float32Array.from({ length: frames }, (_, frame) => Math.sin((from + frame) * 0.03));
  process(player, wave(0, 9_600));
  player.set("fx/timeSeconds", 0.15);
  const heard = process(player, wave(9_600, 19_200));
  assert.ok(steepest(heard) < 0.03 * 1.3, `${steepest(heard)}`);
  assert.ok(peak(heard) < 1.01);
});

const motions: readonly ((frame: number) => number)[] = [
  (frame) => Math.floor(frame / 7) % 2,
  (frame) => (frame % 64) / 64,
  (frame) => (1 + Math.sin(frame * 0.3)) / 2,
  (frame) => ((frame * 2_654_435_761) >>> 0) / 2 ** 32,
  (frame) => 1 - (frame % 480) / 480,
];

Deno.test("however the time jumps about, feedback of 0.999 stays below what it may add up to", async () => {
  for (const spanSeconds of [0.0005, 0.002, 0.02, 0.1]) {
    for (const feedback of [0.999, -0.999]) {
      const patch = effectPatch((input) =>
        delay({
          input: noise({}),
          timeSeconds: input.times(spanSeconds).as("s"),
          feedback,
          maximumSeconds: 0.1,
        })
      );
      for (const motion of motions) {
        const moves = Float32Array.from({ length: 10 * rateHz }, (_, frame) => motion(frame));
        const heard = process(await effectPlayer(patch), moves);
        assert.ok(peak(heard) <= 1_000, `${motion} over ${spanSeconds} s: ${peak(heard)}`);
      }
    }
  }
});

Deno.test("feedback of 0.79 dies away to exact zero even while the time jumps about", async () => {
  for (const motion of motions) {
    const patch = effectPatch((input) =>
      delay({
        // the first frame excites it
        input: input.isAbove(1).select(1, 0),
        timeSeconds: input.atMost(1).times(0.02).as("s"),
        feedback: 0.79,
        maximumSeconds: 0.1,
      })
    );
    const moves = Float32Array.from({ length: 20 * rateHz }, (_, i) => i === 0 ? 2 : motion(i));
    const heard = process(await effectPlayer(patch), moves);
    assert.ok(silentFrom(heard) < moves.length, `${motion}`);
  }
});

Deno.test("a delay works in each voice and is empty for a new note", async () => {
  const player = await PatchPlayer.of(
    voicePatch(({ trigger }) =>
      delay({ input: constant(1).where(trigger), timeSeconds: 0.01, feedback: 0.9 })
    ),
  );
  const first = player.on(1).play(1_000, 0);
  assert.ok(Math.abs(first[480] - 1) < 1e-3);
  player.exports.panic();
  player.play(1_000);
  const second = player.on(1).play(1_000, 0);
  assert.deepEqual(second, first);
});
