import assert from "node:assert/strict";
import { maxAverageSeconds, movingAverage } from "../../../modules/dynamics/moving_average.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

const player = (frames: number) => effectPlayer(effectPatch((input) => movingAverage(input, frames)));
const random = (frames: number) =>
  Float32Array.from({ length: frames }, (_, n) => (Math.imul(n + 1, 2_654_435_761) >>> 8) / 2 ** 24);

Deno.test("the moving average is the mean of the last frames, never less, and at most a millionth more", async () => {
  for (const frames of [1, 2, 7, 100, maxAverageSeconds]) {
    const input = random(5_000);
    const heard = process(await player(frames), input);
    for (let at = 0; at < heard.length; at += 13) {
      let sum = 0;
      for (let ago = 0; ago < frames && ago <= at; ago++) sum += input[at - ago];
      const over = heard[at] - sum / frames;
      assert.ok(over > -1e-7 && over < 1.1e-6, `${frames} frames, at ${at}: ${over}`);
    }
  }
});

Deno.test("after a minute of noise silence is exact zero, and 1 is exactly 1: no error gathers", async () => {
  for (const frames of [37, maxAverageSeconds]) {
    const one = await player(frames);
    process(one, random(60 * rateHz));
    assert.equal(process(one, new Float32Array(frames))[frames - 1], 0);
    assert.equal(process(one, new Float32Array(frames).fill(1))[frames - 1], 1);
  }
});

Deno.test("what is no number counts as 0, what is above 1 as 1, and both are forgotten", async () => {
  const one = await player(4);
  assert.deepEqual([...process(one, [NaN, Infinity, -3, 5])], [0, 0.25, 0.25, 0.5]);
  assert.equal(process(one, new Float32Array(4))[3], 0);
});
