import assert from "node:assert/strict";
import { preDelay, preDelayed } from "../../../modules/reverbs/pre_delay.ts";
import { centroidHz } from "../../../testing/measure/centroid.ts";
import { steepest } from "../../../testing/measure/level.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

const player = (fallback: number) =>
  effectPlayer(
    effectPatch((input, { seconds }) => preDelayed(input, seconds, rateHz), {
      seconds: { ...preDelay, default: fallback, why: "trial" },
    }),
  );

Deno.test("the input comes later by whole frames, at least one, at most the longest", async () => {
  for (const [seconds, frames] of [[0, 1], [0.01, 480], [0.25, 12_000]]) {
    const heard = process(await player(seconds), impulse(12_010));
    assert.deepEqual([...heard.keys()].filter((frame) => heard[frame] !== 0), [frames]);
  }
});

Deno.test("a pre-delay that moves bends no pitch and makes no step", async () => {
  const tone = Float32Array.from(
    { length: 3 * rateHz },
    (_, n) => 0.5 * Math.sin(2 * Math.PI * (n % 48) / 48),
  );
  const one = await player(0.01);
  process(one, tone.subarray(0, rateHz));
  one.set("fx/seconds", 0.25);
  const heard = process(one, tone.subarray(rateHz));
  for (let at = 0; at + 1_024 <= heard.length; at += 1_024) {
    const foundHz = centroidHz(heard.subarray(at, at + 1_024), rateHz);
    assert.ok(Math.abs(foundHz - 1_000) < 25, `${foundHz} Hz at ${at}`);
  }
  assert.ok(steepest(heard) < 1.02 * Math.PI * 1_000 / rateHz, `${steepest(heard)}`);
});
