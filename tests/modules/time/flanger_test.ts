import assert from "node:assert/strict";
import { noise } from "../../../modules/oscillators/noise.ts";
import { flanger } from "../../../modules/time/flanger.ts";
import { PatchPlayer, peak } from "../../../testing/patch/patch_player.ts";
import { rms, silentFrom } from "../../../testing/measure/level.ts";
import { gainDbAt } from "../../../testing/measure/spectrum.ts";
import { strayDb } from "../../../testing/measure/stray.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";
import { delayCurve } from "./delay_curve.ts";

const still = { depth: 0, delaySeconds: 0.001 };

async function response(settings: object, frames = 1 << 15): Promise<Float32Array> {
  return process(
    await effectPlayer(effectPatch((input) => flanger({ input, ...settings }))),
    impulse(frames),
  );
}

Deno.test("notches lie at the odd multiples of half the inverse of the delay, and are 40 dB deep", async () => {
  const heard = await response({ ...still, feedback: 0 });
  for (const notch of [1, 3, 5, 7]) {
    assert.ok(gainDbAt(heard, notch * 500, rateHz) < -40, `${notch}`);
    assert.ok(Math.abs(gainDbAt(heard, (notch - 1) * 500, rateHz)) < 0.05, `${notch - 1}`);
  }
});

Deno.test("feedback raises the peaks to half of 1 + 1/(1 - feedback), below 0 between them", async () => {
  for (const feedback of [0.5, 0.9, 0.95]) {
    const expected = 20 * Math.log10(0.5 * (1 + 1 / (1 - feedback)));
    const peakDb = gainDbAt(await response({ ...still, feedback }), 1_000, rateHz);
    assert.ok(Math.abs(peakDb - expected) < 0.2, `${feedback}: ${peakDb}, not ${expected}`);
    const turned = await response({ ...still, feedback: -feedback, mix: 1 });
    const wet = 20 * Math.log10(1 / (1 - feedback));
    assert.ok(Math.abs(gainDbAt(turned, 500, rateHz) - wet) < 0.2);
  }
});

Deno.test("the sweep goes from nothing to twice the delay, as a sine", async () => {
  const settings = { rateHz: 1, depth: 1, delaySeconds: 0.005, feedback: 0, mix: 1 };
  const curve = await delayCurve((input) => flanger({ input, ...settings }), 2 * rateHz);
  for (let frame = 2_000; frame < 2 * rateHz; frame++) {
    const expected = Math.max(2, 240 * (1 + Math.sin(2 * Math.PI * frame / rateHz)));
    assert.ok(Math.abs(curve[frame] - expected) < 0.05, `${frame}: ${curve[frame]}, not ${expected}`);
  }
});

Deno.test("at the ends of its ranges it dies away, to exact zero", async () => {
  for (const delaySeconds of [0.0001, 0.00123, 0.01]) {
    for (const feedback of [-0.95, 0.95]) {
      const heard = await response({ delaySeconds, feedback, depth: 0.9, rateHz: 10 }, rateHz * 20);
      assert.ok(peak(heard) <= 1.001);
      assert.ok(silentFrom(heard) < rateHz * 19, `${delaySeconds} s, ${feedback}: ${silentFrom(heard)}`);
    }
  }
});

Deno.test("whatever moves its parameters, it stays below 40", async () => {
  const storm = (min: number, max: number) => noise({}).times(max - min).plus((min + max) / 2);
  const player = await PatchPlayer.of(
    effectPatch(() =>
      flanger({
        input: noise({}),
        delaySeconds: storm(0, 0.01).as("s"),
        depth: storm(0, 1),
        feedback: storm(-1, 1),
        rateHz: storm(0, 10).as("Hz"),
      })
    ),
  );
  const heard = player.play(rateHz * 20, 0);
  assert.ok(peak(heard) < 40 && rms(heard) > 0.1);
});

Deno.test("a tone of 1 kHz gets neighbours within 100 Hz from it, and 80 dB below it nothing else", async () => {
  const found = await strayDb((input) => flanger({ input }), 1_000, 100);
  assert.ok(found < -80, `${found} dB`);
});
