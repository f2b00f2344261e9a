import assert from "node:assert/strict";
import { noise } from "../../../modules/oscillators/noise.ts";
import { phaser } from "../../../modules/time/phaser.ts";
import { PatchPlayer, peak } from "../../../testing/patch/patch_player.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { gainDbAt } from "../../../testing/measure/spectrum.ts";
import { strayDb } from "../../../testing/measure/stray.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

async function response(settings: object, channel = 0, frames = 1 << 16): Promise<Float32Array> {
  return process(
    await effectPlayer(effectPatch((input) => phaser({ input, ...settings }))),
    impulse(frames),
    channel,
  );
}

/** Where the phases of all stages add up to an odd number of half turns. */
const notchHz = (centreHz: number, stages: number, notch: number) =>
  rateHz / Math.PI *
  Math.atan(Math.tan(Math.PI * centreHz / rateHz) * Math.tan(Math.PI * (2 * notch + 1) / (2 * stages)));

Deno.test("two stages make one notch, 40 dB deep, where all phases together are turned over", async () => {
  for (const stages of [2, 4, 6, 12]) {
    const heard = await response({ stages, depthOctaves: 0, feedback: 0, centreHz: 1_000 });
    for (let notch = 0; notch < stages / 2; notch++) {
      const found = gainDbAt(heard, notchHz(1_000, stages, notch), rateHz);
      assert.ok(found < -40, `${stages} stages, notch ${notch}: ${found} dB`);
    }
    for (const frequencyHz of [5, 23_990]) assert.ok(Math.abs(gainDbAt(heard, frequencyHz, rateHz)) < 0.05);
  }
});

Deno.test("the stages alone change no level, within 0.01 dB", async () => {
  const heard = await response({ mix: 1, depthOctaves: 0, feedback: 0 });
  for (let frequencyHz = 20; frequencyHz < 24_000; frequencyHz *= 1.3) {
    assert.ok(Math.abs(gainDbAt(heard, frequencyHz, rateHz)) < 0.01, `${frequencyHz} Hz`);
  }
});

Deno.test("the sweep reaches as many octaves as it is given", async () => {
  // a quarter of a turn ahead the right side is at the top of a sweep of 100 s
  for (const depthOctaves of [0.5, 1, 2]) {
    const settings = { stages: 2, centreHz: 500, depthOctaves, feedback: 0, rateHz: 0.01, spreadTurns: 0.25 };
    const found = gainDbAt(await response(settings, 1, 1 << 14), 500 * 2 ** depthOctaves, rateHz);
    assert.ok(found < -40, `${depthOctaves} octaves: ${found} dB`);
  }
});

Deno.test("at the ends of its ranges it dies away, to exact zero", async () => {
  for (const centreHz of [50, 5_000]) {
    for (const feedback of [-0.95, 0.95]) {
      const heard = await response(
        { centreHz, feedback, stages: 12, depthOctaves: 4, rateHz: 10 },
        0,
        rateHz * 20,
      );
      assert.ok(peak(heard) < 2);
      assert.ok(silentFrom(heard) < rateHz * 19, `${centreHz} Hz, ${feedback}`);
    }
  }
});

Deno.test("whatever moves its parameters, it stays below 100", async () => {
  const storm = (min: number, max: number) => noise({}).times(max - min).plus((min + max) / 2);
  const player = await PatchPlayer.of(
    effectPatch(() =>
      phaser({
        input: noise({}),
        centreHz: storm(0, 5_000).as("Hz"),
        depthOctaves: storm(0, 4),
        feedback: storm(-1, 1),
        rateHz: storm(0, 10).as("Hz"),
      })
    ),
  );
  assert.ok(peak(player.play(rateHz * 20, 0)) < 100);
});

Deno.test("a tone of 1 kHz gets neighbours within 50 Hz from it, and 80 dB below it nothing else", async () => {
  const found = await strayDb((input) => phaser({ input }), 1_000, 50);
  assert.ok(found < -80, `${found} dB`);
});

Deno.test("an odd number of stages is refused", async () => {
  await assert.rejects(response({ stages: 5 }), /stages.*expected 2, 4, 6, 8, 10 or 12, found 5/);
});
