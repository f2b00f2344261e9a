import assert from "node:assert/strict";
import { hatSound, kickSound, snareSound, struckSine } from "../../../patches/ready/drum_sounds.ts";
import { type Condition, constant, type Signal } from "../../../modules/signal/signal.ts";
import { spectrum } from "../../../testing/measure/spectrum.ts";
import { rms } from "../../../testing/measure/level.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";

/** What a drum gives for strokes at some frames; its second condition holds where the input is below zero. */
async function struck(
  drum: (trigger: Condition, other: Condition) => Signal<"1">,
  strokes: readonly number[],
  others: readonly number[] = [],
): Promise<Float32Array> {
  const input = new Float32Array(48_000);
  for (const frame of strokes) input[frame] = 1;
  for (const frame of others) input[frame] = -1;
  const patch = effectPatch((input) => drum(input.isAbove(0.5), input.isBelow(-0.5)));
  return process(await effectPlayer(patch), input);
}
const stroke = (trigger: Condition, seconds = 0.1) => ({
  ...{ trigger, value: constant(1), decaySeconds: constant<"s">(seconds) },
});

Deno.test("a struck sine begins at 0 with each stroke, so all strokes are alike", async () => {
  const heard = await struck((trigger) => struckSine(trigger, constant<"Hz">(333)), [100, 10_000]);
  assert.deepEqual(heard.slice(100, 9_000), heard.slice(10_000, 18_900));
  assert.ok(Math.abs(heard[100]) < 0.05);
});

Deno.test("every drum is silent before its stroke and after its decay, and as loud as its value", async () => {
  const drums: Readonly<Record<string, (trigger: Condition, value: number) => Signal<"1">>> = {
    kick: (trigger, value) =>
      kickSound({
        ...stroke(trigger),
        value: constant(value),
        tuneHz: constant<"Hz">(50),
        punch: constant(0.5),
      }),
    snare: (trigger, value) =>
      snareSound({ ...stroke(trigger), value: constant(value), snap: constant(0.5) }),
    hat: (trigger, value) => hatSound({ ...stroke(trigger), value: constant(value) }),
  };
  for (const [name, drum] of Object.entries(drums)) {
    const heard = await struck((trigger) => drum(trigger, 1), [4_800]);
    assert.ok(heard.subarray(0, 4_800).every((sample) => sample === 0), name);
    const loud = rms(heard.subarray(4_800, 7_200));
    assert.ok(loud > 0.02 && rms(heard.subarray(24_000)) < loud / 1_000, `${name}: ${loud}`);
    const half = rms((await struck((trigger) => drum(trigger, 0.5), [4_800])).subarray(4_800, 7_200));
    assert.ok(Math.abs(half / loud - 0.5) < 0.01, `${name}: ${half} of ${loud}`);
  }
});

Deno.test("the beater of the kick is heard on small loudspeakers: 1 to 4 kHz less than 30 dB below the rest", async () => {
  const kick = (trigger: Condition) =>
    kickSound({ ...stroke(trigger, 0.55), tuneHz: constant<"Hz">(48), punch: constant(0.6) });
  const bins = spectrum((await struck(kick, [0])).subarray(0, 32_768));
  const power = (fromHz: number, toHz: number) => {
    const [from, to] = [fromHz, toHz].map((hz) => Math.round(hz * 32_768 / 48_000));
    return bins.subarray(from, to).reduce((sum, size) => sum + size ** 2, 0);
  };
  const shareDb = 10 * Math.log10(power(1_000, 4_000) / power(0, 24_000));
  assert.ok(shareDb > -30 && shareDb < -15, `${shareDb} dB`);
});

Deno.test("a closed hat ends an open one within some 30 ms", async () => {
  const open = (trigger: Condition, choke: Condition) => hatSound({ ...stroke(trigger, 2), choke });
  const [free, choked] = [await struck(open, [0]), await struck(open, [0], [9_600])];
  assert.deepEqual(choked.slice(0, 9_600), free.slice(0, 9_600));
  assert.ok(rms(choked.subarray(12_000)) < rms(free.subarray(12_000)) / 100);
});
