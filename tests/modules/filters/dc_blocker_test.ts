import assert from "node:assert/strict";
import { dcBlocker } from "../../../modules/filters/dc_blocker.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { gainDbAt } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

function blocker(cutoffHz: number) {
  return effectPlayer(effectPatch((input) => dcBlocker({ input, cutoffHz })));
}

Deno.test("the DC blocker has -3 dB at its cutoff, 6 dB an octave below, and passes the rest", async () => {
  for (const cutoffHz of [1, 10, 100]) {
    const response = process(await blocker(cutoffHz), impulse(8 * rateHz));
    const at = (frequencyHz: number) => gainDbAt(response, frequencyHz, rateHz);
    assert.ok(Math.abs(at(cutoffHz) + 3.01) < 0.1, `${cutoffHz} Hz: ${at(cutoffHz)} dB`);
    assert.ok(Math.abs(at(cutoffHz / 16) - at(cutoffHz / 8) + 6.02) < 0.2);
    for (const frequencyHz of [1_000, 10_000, 20_000]) assert.ok(Math.abs(at(frequencyHz)) < 0.1);
  }
});

Deno.test("an offset goes away to exact zero, and zero follows when it ends", async () => {
  const player = await blocker(10);
  const heard = process(player, new Float32Array(4 * rateHz).fill(0.5));
  assert.equal(heard[0], 0.5);
  // the time constant is 16 ms; 34.5 of them make 1e-15
  assert.ok(silentFrom(heard) < 0.6 * rateHz, `${silentFrom(heard)}`);
  assert.ok(silentFrom(process(player, new Float32Array(rateHz))) < 0.6 * rateHz);
});
