import assert from "node:assert/strict";
import { paceOfHz, paceOfSeconds, smoothed } from "../../../modules/signal/smoother.ts";
import { constant, type Signal } from "../../../modules/signal/signal.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

const stepTo = async (pace: () => Signal<"1">, frames: number) =>
  process(
    await effectPlayer(effectPatch((input) => smoothed(input, pace()))),
    new Float32Array(frames).fill(1),
  );

Deno.test("after its time constant 63 % of the way are gone, and it never goes further than its input", async () => {
  for (const seconds of [0.001, 0.01, 0.1]) {
    const frames = Math.round(seconds * rateHz);
    const level = await stepTo(() => paceOfSeconds(constant<"s">(seconds), rateHz), 20 * frames);
    assert.ok(Math.abs(level[frames - 1] - (1 - Math.exp(-1))) < 1e-3, `${seconds}: ${level[frames - 1]}`);
    assert.ok(level.every((one, frame) => one <= 1 && (frame === 0 || one >= level[frame - 1])));
    assert.ok(level.at(-1)! > 0.999);
  }
});

Deno.test("a time of 0 arrives at once, and a corner frequency is a time constant", async () => {
  const [first] = await stepTo(() => paceOfSeconds(constant<"s">(0), rateHz), 1);
  assert.ok(Math.abs(first - 1) < 1e-6, `${first}`);
  const [byHz, bySeconds] = await Promise.all([
    stepTo(() => paceOfHz(constant<"Hz">(100), rateHz), 500),
    stepTo(() => paceOfSeconds(constant<"s">(1 / (2 * Math.PI * 100)), rateHz), 500),
  ]);
  byHz.forEach((level, frame) => assert.ok(Math.abs(level - bySeconds[frame]) < 1e-5, `${frame}`));
});
