import assert from "node:assert/strict";
import { shelvingEq } from "../../../modules/filters/shelving_eq.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { gainDbAt } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, impulse, process, rateHz } from "../../../testing/trial/trial_patch.ts";

type Shelf = "low" | "high";
const shelves: readonly Shelf[] = ["low", "high"];

async function responseOf(
  shelf: Shelf,
  frequencyHz: number,
  gainDb: number,
  q = Math.SQRT1_2,
): Promise<(frequencyHz: number) => number> {
  const patch = effectPatch((input) => shelvingEq({ input, shelf, frequencyHz, gainDb, q }));
  const response = process(await effectPlayer(patch), impulse(rateHz / 2));
  return (frequencyHz) => gainDbAt(response, frequencyHz, rateHz);
}

Deno.test("a shelf has its whole gain on its side, none on the other, half at its frequency: within 0.02 dB", async () => {
  for (const shelf of shelves) {
    for (const frequencyHz of [100, 1_000, 8_000]) {
      for (const gainDb of [-24, -6, 3, 24]) {
        const at = await responseOf(shelf, frequencyHz, gainDb);
        const [low, high] = shelf === "low" ? [gainDb, 0] : [0, gainDb];
        const name = `${shelf} ${gainDb} at ${frequencyHz}`;
        assert.ok(Math.abs(at(0) - low) < 0.02, `${name}: ${at(0)} dB at 0 Hz`);
        assert.ok(Math.abs(at(24_000) - high) < 0.02, `${name}: ${at(24_000)} dB at half of the rate`);
        assert.ok(Math.abs(at(frequencyHz) - gainDb / 2) < 0.02, `${name}: ${at(frequencyHz)} dB`);
      }
    }
  }
});

Deno.test("at q 0.707 a shelf only rises, at 2 it bends over at both ends", async () => {
  const frequencies = Array.from({ length: 40 }, (_, step) => 20 * 2 ** (step / 4));
  for (const shelf of shelves) {
    const flat = await responseOf(shelf, 1_000, 12);
    const bent = await responseOf(shelf, 1_000, 12, 2);
    const [least, most] = [Math.min, Math.max].map((end) => end(...frequencies.map(flat)));
    assert.ok(least > -0.01 && most < 12.01, `${shelf}: ${least} to ${most} dB`);
    assert.ok(Math.max(...frequencies.map(bent)) > 13 && Math.min(...frequencies.map(bent)) < -1);
  }
});

Deno.test("a low shelf and a high shelf of the same gain and frequency make a plain gain", async () => {
  const patch = effectPatch((input) => {
    const both = { frequencyHz: 700, gainDb: 9 };
    return shelvingEq({ ...both, shelf: "high", input: shelvingEq({ ...both, shelf: "low", input }) });
  });
  const response = process(await effectPlayer(patch), impulse(rateHz));
  for (const frequencyHz of [30, 700, 2_000, 20_000]) {
    assert.ok(Math.abs(gainDbAt(response, frequencyHz, rateHz) - 9) < 0.01, `${frequencyHz} Hz`);
  }
});

Deno.test("at 0 dB every sample passes as it is, and an impulse dies to exact zero", async () => {
  const wave = Float32Array.from(
    { length: 4_096 },
    (_, frame) => Math.fround(Math.sin(frame * frame * 1e-3)),
  );
  for (const shelf of shelves) {
    const plain = effectPatch((input) => shelvingEq({ input, shelf, gainDb: 0 }));
    assert.deepEqual(process(await effectPlayer(plain), wave), wave);
    const raised = effectPatch((input) => shelvingEq({ input, shelf, frequencyHz: 50, gainDb: 24, q: 2 }));
    assert.ok(silentFrom(process(await effectPlayer(raised), impulse(4 * rateHz))) < 3 * rateHz);
  }
});

Deno.test("with every parameter in a storm it stays within what its gain allows", async () => {
  const moves = Float32Array.from({ length: 2 * rateHz }, (_, n) => ((n * 2_654_435_761) >>> 0) / 2 ** 32);
  for (const shelf of shelves) {
    const patch = effectPatch((input) =>
      shelvingEq({
        input: noise({}),
        shelf,
        frequencyHz: input.times(20_000).as("Hz"),
        gainDb: input.times(48).minus(24).as("dB"),
        q: input.times(2),
      })
    );
    const heard = process(await effectPlayer(patch), moves);
    assert.ok(peak(heard) < 200, `${shelf}: ${peak(heard)}`);
  }
});

Deno.test("another shelf than low or high is refused", () => {
  const patch = effectPatch((input) => shelvingEq({ input, shelf: "middle" as Shelf }));
  assert.throws(
    () => patch.build({ sampleRateHz: rateHz, channels: 2, inputChannels: 1, maximumBlockFrames: 64 }),
    /shelf.*expected "low" or "high", found "middle"/,
  );
});
