import assert from "node:assert/strict";
import { fdnReverb } from "../../../modules/reverbs/fdn_reverb.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { PatchPlayer, peak } from "../../../testing/patch/patch_player.ts";
import { decayTime } from "../../../testing/measure/decay_time.ts";
import { sharedItems } from "../../../testing/share.ts";
import { mean, rms, silentFrom } from "../../../testing/measure/level.ts";
import { strayDb } from "../../../testing/measure/stray.ts";
import { effectPatch, rateHz } from "../../../testing/trial/trial_patch.ts";
import { echoDensity, leftOnly, likeness, responseOf } from "./reverb_trial.ts";

/** All three bands alike. */
const evenly = (seconds: number) => ({
  lowDecaySeconds: seconds,
  decaySeconds: seconds,
  highDecaySeconds: seconds,
});

Deno.test("with one decay for all it is kept within 5 % in every band, with 8 and 16 lines, at every rate", async () => {
  const decays = [[0.3, 48_000], [2.5, 48_000], [2, 44_100], [2, 96_000]] as const;
  for (const [seconds, sampleRateHz] of sharedItems("decays of the reverb with feedback delays", decays, 2)) {
    for (const lines of [8, 16] as const) {
      const length = 2 ** Math.ceil(Math.log2(sampleRateHz * seconds));
      const build = (side: number) =>
        responseOf((input) => fdnReverb({ input, lines, ...evenly(seconds) }), length, side, {
          sampleRateHz,
        });
      const sides = [await build(0), await build(1)];
      const bands = [[100, 400], [400, 1_600], [2_000, 6_000], [8_000, 16_000]].map(([lowHz, highHz]) => {
        // few lines at a short decay leave ripples, so both sides are averaged
        const found = sides.reduce((sum, side) => sum + decayTime(side, sampleRateHz, lowHz, highHz) / 2, 0);
        const what = `${lines} lines, ${seconds} s at ${sampleRateHz}, ${lowHz} Hz: ${found}`;
        assert.ok(Math.abs(found / seconds - 1) < (seconds < 1 ? 0.08 : 0.05), what);
        return found;
      });
      const together = mean(bands) / seconds - 1;
      assert.ok(Math.abs(together) < 0.05, `${lines} lines, ${seconds} s: off by ${together} in the mean`);
    }
  }
});

Deno.test("each band has the decay that is asked for, within 13 %", async () => {
  for (
    const [low, middle, high] of sharedItems(
      "decays by band of the reverb with feedback delays",
      [[4, 2, 1], [6, 3, 0.8], [1, 2, 1], [2, 2, 0.5]] as const,
      2,
    )
  ) {
    const settings = { lowDecaySeconds: low, decaySeconds: middle, highDecaySeconds: high };
    const sides = await Promise.all(
      [0, 1].map((side) => responseOf((input) => fdnReverb({ input, ...settings }), 1 << 18, side)),
    );
    for (const [lowHz, highHz, expected] of [[30, 80, low], [700, 1_400, middle], [10_000, 20_000, high]]) {
      const found = mean(sides.map((side) => decayTime(side, rateHz, lowHz, highHz)));
      // below 80 Hz the network has few modes, which ripple
      assert.ok(Math.abs(found / expected - 1) < 0.13, `${[low, middle, high]} at ${lowHz} Hz: ${found}`);
    }
  }
});

Deno.test("what comes in on the left is heard on both sides, as loud within 2 dB, and with little in common", async () => {
  const [left, right] = await Promise.all(
    [0, 1].map((side) => responseOf((input) => fdnReverb({ input: leftOnly(input) }), rateHz, side)),
  );
  assert.ok(Math.abs(20 * Math.log10(rms(left.subarray(9_600)) / rms(right.subarray(9_600)))) < 2);
  assert.ok(Math.abs(likeness(left, right)) < 0.2, `${likeness(left, right)}`);
});

Deno.test("after 0.1 s echoes cannot be told apart", async () => {
  const heard = await responseOf((input) => fdnReverb({ input }), rateHz);
  const found = echoDensity(heard.subarray(0.1 * rateHz, 0.2 * rateHz));
  assert.ok(found > 0.85, `${found}`);
});

Deno.test("nothing is heard before the pre-delay", async () => {
  const heard = await responseOf((input) => fdnReverb({ input, preDelaySeconds: 0.1 }), rateHz);
  const first = heard.findIndex((sample) => sample !== 0) / rateHz;
  assert.ok(first > 0.1 && first < 0.15, `${first}`);
});

Deno.test("at the longest decay and size it only ever falls, and ends in exact zero", async () => {
  const sampleRateHz = 8_000;
  for (const settings of [{ lines: 16 as const }, { lines: 8 as const, maxSeconds: 0.5 }]) {
    const frames = 420 * sampleRateHz;
    const heard = await responseOf((input) => fdnReverb({ input, ...settings, ...evenly(60) }), frames, 0, {
      sampleRateHz,
    });
    let before = Infinity;
    for (let from = 5 * sampleRateHz; from + 5 * sampleRateHz < heard.length; from += 5 * sampleRateHz) {
      const level = rms(heard.subarray(from, from + 5 * sampleRateHz));
      assert.ok(level < before || level === 0, `${from / sampleRateHz} s: ${level} after ${before}`);
      before = level;
    }
    const end = silentFrom(heard) / sampleRateHz;
    assert.ok(end > 200 && end < 400, `${end} s`);
  }
});

Deno.test("nothing in it moves: a steady tone stays one, 90 dB above everything else", async () => {
  const found = await strayDb((input) => fdnReverb({ input, ...evenly(1) }), 1_000, 10, 4);
  assert.ok(found < -88, `${found} dB`);
});

Deno.test("the energy of its response is that of the sound within 1 dB, at every decay, low and high", async () => {
  assert.equal(fdnReverb.parameters.decaySeconds.min, 0.3);
  for (const seconds of [0.3, 0.5, 2, 10]) {
    for (const lines of [8, 16] as const) {
      const build = (side: number) =>
        responseOf((input) => fdnReverb({ input, lines, ...evenly(seconds) }), 2 * rateHz * seconds, side);
      const energies = [await build(0), await build(1)].map((side) => rms(side) ** 2 * side.length);
      const energyDb = 10 * Math.log10(mean(energies));
      assert.ok(Math.abs(energyDb) < 1, `${lines} lines, ${seconds} s: ${energyDb} dB`);
    }
  }
});

Deno.test("without a pre-delay the first wall answers within 5 ms, the next ones before the network does", async () => {
  const heard = await responseOf((input) => fdnReverb({ input, preDelaySeconds: 0 }), rateHz);
  const early = [...heard.subarray(0, 0.031 * rateHz).keys()].filter((frame) => heard[frame] !== 0);
  assert.ok(early.length >= 5 && early[0] < 0.005 * rateHz, `${early}`);
});

Deno.test("whatever moves its decays, it stays below 200, and is silent afterwards", async () => {
  const storm = () => noise({}).times(60).plus(30);
  const player = await PatchPlayer.of(
    effectPatch((_input, { level }) => {
      const decay = () => level.isAbove(0).select(storm(), 1).as("s");
      return fdnReverb({
        input: noise({}).times(level),
        lowDecaySeconds: decay(),
        decaySeconds: decay(),
        highDecaySeconds: decay(),
        preDelaySeconds: noise({}).times(0.25).as("s"),
      });
    }, {
      level: { unit: "1", min: 0, max: 1, default: 1, curve: "linear", smoothingSeconds: 0, why: "trial" },
    }),
  );
  assert.ok(peak(player.play(20 * rateHz)) < 200);
  player.set("fx/level", 0).play(30 * rateHz);
  assert.ok(player.play(rateHz).every((sample) => sample === 0));
});

Deno.test("wrong options are refused", async () => {
  const build = (settings: object) =>
    PatchPlayer.of(effectPatch((input) => fdnReverb({ input, ...settings })));
  await assert.rejects(build({ lines: 12 }), /lines.*expected 8 or 16, found 12/);
  await assert.rejects(build({ maxSeconds: 2 }), /maxSeconds.*expected 0.02 to 0.5 s, found 2/);
  await assert.rejects(build({ lowCrossoverHz: 5_000 }), /lowCrossoverHz.*found 5000/);
  await assert.rejects(build({ highCrossoverHz: 30_000 }), /highCrossoverHz.*found 30000/);
});
