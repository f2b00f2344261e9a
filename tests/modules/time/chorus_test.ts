import assert from "node:assert/strict";
import { chorus } from "../../../modules/time/chorus.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";
import { rms } from "../../../testing/measure/level.ts";
import { decibels } from "../../../testing/measure/spectrum.ts";
import { strayDb } from "../../../testing/measure/stray.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";
import { delayCurve } from "./delay_curve.ts";

Deno.test("a copy is late by the delay plus a sine of the depth, within 0.02 frames", async () => {
  const settings = { rateHz: 2, depthSeconds: 0.003, delaySeconds: 0.01, mix: 1, voices: 1 };
  const curve = await delayCurve((input) => chorus({ input, ...settings }), rateHz);
  for (let frame = 2_000; frame < rateHz; frame++) {
    const expected = 480 + 144 * Math.sin(2 * Math.PI * 2 * frame / rateHz);
    assert.ok(Math.abs(curve[frame] - expected) < 0.02, `${frame}: ${curve[frame]}, not ${expected}`);
  }
});

Deno.test("several copies are spread evenly over the sweep: their mean does not move", async () => {
  for (const voices of [2, 3, 8]) {
    const curve = await delayCurve((input) => chorus({ input, mix: 1, voices, rateHz: 3 }), rateHz);
    for (let frame = 2_000; frame < rateHz; frame++) {
      assert.ok(Math.abs(curve[frame] - 720) < 0.05, `${curve[frame]}`);
    }
  }
});

Deno.test("spread by half a turn, left is late when right is early", async () => {
  const both = (channel: number) =>
    delayCurve((input) => chorus({ input, mix: 1, voices: 1, spreadTurns: 0.5 }), rateHz, channel);
  const [left, right] = await Promise.all([both(0), both(1)]);
  let widest = 0;
  for (let frame = 2_000; frame < rateHz; frame++) {
    assert.ok(Math.abs(left[frame] + right[frame] - 2 * 720) < 0.05);
    widest = Math.max(widest, Math.abs(left[frame] - right[frame]));
  }
  assert.ok(Math.abs(widest - 2 * 96) < 0.2, `${widest}`);
});

Deno.test("no tone gets louder, at any mix", async () => {
  for (const mix of [0, 0.5, 1]) {
    for (const frequencyHz of [50, 440, 3_000, 12_000]) {
      const tone = Float32Array.from(
        { length: rateHz },
        (_, frame) => Math.sin(2 * Math.PI * frequencyHz * frame / rateHz),
      );
      const heard = process(await effectPlayer(effectPatch((input) => chorus({ input, mix }))), tone);
      // windows of 20 ms, so that beats are seen
      for (let from = 0; from < rateHz; from += 960) {
        assert.ok(rms(heard.subarray(from, from + 960)) < Math.SQRT1_2 * 1.01, `${frequencyHz} Hz at ${mix}`);
      }
    }
  }
});

Deno.test("a tone of 1 kHz gets neighbours within 100 Hz from it, and 80 dB below it nothing else", async () => {
  const found = await strayDb((input) => chorus({ input, mix: 1 }), 1_000, 100);
  assert.ok(found < -80, `${found} dB`);
});

Deno.test("dry it changes no bit", async () => {
  const heard = process(
    await effectPlayer(effectPatch((input) => chorus({ input, mix: 0 }))),
    impulse(2_000),
  );
  assert.deepEqual(heard, impulse(2_000));
  assert.ok(decibels(rms(heard)) < 0);
});

Deno.test("too many voices, and too wide a spread, are refused", async () => {
  const build = (settings: object) => PatchPlayer.of(effectPatch((input) => chorus({ input, ...settings })));
  await assert.rejects(build({ voices: 9 }), /voices.*expected 1 to 8 copies, found 9/);
  await assert.rejects(build({ spreadTurns: 0.75 }), /spreadTurns.*expected 0 to 0.5 turns, found 0.75/);
});
