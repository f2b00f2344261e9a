import assert from "node:assert/strict";
import { noise } from "../../../modules/oscillators/noise.ts";
import { pluck } from "../../../modules/oscillators/pluck.ts";
import { sine } from "../../../modules/oscillators/sine.ts";
import { exp2 } from "../../../modules/signal/math.ts";
import { steadyGraph } from "../../../compiler/plan/steady.ts";
import { scheduleGraph } from "../../../compiler/plan/schedule.ts";
import { PatchPlayer, peak, sameBits, testFormat } from "../../../testing/patch_player.ts";
import { sharedItems } from "../../../testing/share.ts";
import { rms, silentFrom } from "../../../testing/measure/level.ts";
import { decibels, measureHz, spectrum, transformAt } from "../../../testing/measure/spectrum.ts";
import { playVoice, rateHz, voicePatch } from "../../../testing/trial/trial_patch.ts";

const hzOf = (number: number) => 440 * 2 ** ((number - 69) / 12);

Deno.test("strings are in tune within 0.1 cents at every pitch, brightness and sample rate", async () => {
  const strings = [44_100, 48_000, 96_000].flatMap((sampleRateHz) =>
    [21, 28, 40, 51.7, 64, 76.3, 88, 100, 108, 117].flatMap((number) =>
      [0, 0.5, 1].map((brightness) => ({ sampleRateHz, number, brightness }))
    )
  );
  for (const { sampleRateHz, number, brightness } of sharedItems("strings to be in tune", strings, 4)) {
    const samples = await playVoice(
      ({ trigger, frequencyHz }) => pluck({ trigger, frequencyHz, brightness, decaySeconds: 10 }),
      4 * sampleRateHz,
      { number, format: { sampleRateHz } },
    );
    const found = measureHz(samples.subarray(sampleRateHz), hzOf(number), sampleRateHz);
    const cents = 1_200 * Math.log2(found / hzOf(number));
    assert.ok(Math.abs(cents) < 0.1, `${sampleRateHz} Hz, note ${number}, ${brightness}: ${cents} cents`);
  }
});

/** Level of the fundamental from a frame on, through a Hann window of 0.1 s. */
function levelDb(samples: Float32Array, from: number, frequencyHz: number): number {
  const size = rateHz / 10;
  const windowed = samples.subarray(from, from + size).map((sample, frame) =>
    sample * (1 - Math.cos(2 * Math.PI * (frame + 0.5) / size))
  );
  return decibels(Math.hypot(...transformAt(windowed, frequencyHz / rateHz)));
}

Deno.test("the fundamental falls by 60 dB in decaySeconds within 2 %, whatever the brightness", async () => {
  for (const number of [45, 57, 69, 81, 93]) {
    for (const [decaySeconds, brightness] of [[1, 0], [1, 0.5], [4, 0], [4, 0.5], [4, 1], [20, 0.5]]) {
      const samples = await playVoice(
        ({ trigger, frequencyHz }) => pluck({ trigger, frequencyHz, decaySeconds, brightness }),
        2 * rateHz,
        { number },
      );
      const [start, end] = [0.2, 0.2 + Math.min(1.5, decaySeconds / 2)];
      const fall = levelDb(samples, start * rateHz, hzOf(number)) -
        levelDb(samples, Math.round(end * rateHz), hzOf(number));
      const seconds = 60 * (end - start) / fall;
      assert.ok(
        Math.abs(seconds / decaySeconds - 1) < 0.02,
        `note ${number}, ${decaySeconds} s: ${seconds} s`,
      );
    }
  }
});

Deno.test("plucked in the middle it lacks every second harmonic, at a third every third", async () => {
  // a period of 96 frames
  const frequencyHz = 500;
  const size = 1 << 15;
  for (const [pick, lacking] of [[0.5, 2], [1 / 3, 3], [0.25, 4]]) {
    const samples = await playVoice(
      ({ trigger }) => pluck({ trigger, frequencyHz, pick, brightness: 1, decaySeconds: 60 }),
      size + rateHz,
    );
    const windowed = samples.subarray(rateHz).map((sample, frame) =>
      sample * (1 - Math.cos(2 * Math.PI * (frame + 0.5) / size))
    );
    const levels = Array.from(
      { length: 12 },
      (_, index) => decibels(Math.hypot(...transformAt(windowed, (index + 1) * frequencyHz / rateHz)) / size),
    );
    const there = levels.filter((_, index) => (index + 1) % lacking !== 0);
    levels.forEach((level, index) => {
      if ((index + 1) % lacking !== 0) return;
      assert.ok(level < Math.max(...there) - 60, `pick ${pick}, harmonic ${index + 1}: ${level} dB`);
    });
  }
});

Deno.test("less brightness means less treble", async () => {
  const treble = async (brightness: number) => {
    const samples = await playVoice(({ trigger }) => pluck({ trigger, brightness }), 1 << 15);
    const bins = spectrum(samples);
    return decibels(rms(bins.subarray(1 << 12)) / rms(bins.subarray(0, 1 << 12)));
  };
  const [dull, classic, bright] = [await treble(0), await treble(0.5), await treble(1)];
  assert.ok(dull < classic - 1 && classic < bright - 10, `${dull}, ${classic}, ${bright}`);
});

Deno.test("every pluck has noise of its own, the same for the same seed", async () => {
  const play = (seed: number) => playVoice(({ trigger }) => pluck({ trigger }), 4_800, { seed });
  const [first, again, other] = [await play(1), await play(1), await play(2)];
  assert.ok(sameBits(first, again));
  assert.ok(rms(first.map((sample, frame) => sample - other[frame])) > 0.1);
  const player = await PatchPlayer.of(voicePatch(({ trigger }) => pluck({ trigger, decaySeconds: 0.05 })));
  const [one, two] = [1, 2].map(() =>
    player.on(1).play(480, 0) && player.play(rateHz) && player.on(1).play(480, 0)
  );
  assert.ok(!sameBits(one, two));
});

Deno.test("however its pitch jumps about, and plucked on top, it holds no more than full scale of 2", async () => {
  const player = await PatchPlayer.of(voicePatch(({ trigger }) =>
    pluck({
      trigger,
      frequencyHz: noise({}).plus(1).times(5_000).as("Hz"),
      brightness: 1,
      decaySeconds: 60,
    })
  ));
  for (let times = 0; times < 40; times++) {
    const samples = player.on(1).play(4_800, 0);
    assert.ok(samples.every(Number.isFinite) && peak(samples) <= 2, `${peak(samples)}`);
  }
});

Deno.test("a vibrato of 30 cents brings nothing above 5 kHz, 80 dB under what sounds", async () => {
  const size = 1 << 15;
  const samples = await playVoice(({ trigger }) => {
    const bend = exp2(sine({ frequencyHz: 5 }).times(0.3 / 12));
    return pluck({ trigger, frequencyHz: bend.times(220).as("Hz"), brightness: 0.3, decaySeconds: 10 });
  }, 3 * rateHz + size);
  const bins = spectrum(
    samples.subarray(3 * rateHz).map((sample, frame) =>
      sample * (1 - Math.cos(2 * Math.PI * (frame + 0.5) / size))
    ),
  );
  const treble = Math.round(5_000 * size / rateHz);
  const found = decibels(rms(bins.subarray(treble)) / rms(bins.subarray(0, treble)));
  assert.ok(found < -80, `${found} dB`);
});

Deno.test("a string ends in exact zero", async () => {
  const samples = await playVoice(({ trigger }) => pluck({ trigger, decaySeconds: 0.2 }), 4 * rateHz);
  // 300 dB take five times 60
  assert.ok(silentFrom(samples) < 3 * rateHz, `${silentFrom(samples)}`);
});

Deno.test("once it is plucked, no noise is computed any more", () => {
  const { voice } = voicePatch(({ trigger }) => pluck({ trigger })).build(testFormat).instruments[0];
  const used = (graph: typeof voice) => {
    const { usersOf } = scheduleGraph(graph, [], false);
    return graph.nodes.filter(({ op }, index) => op === "multiplyInteger" && usersOf[index] > 0).length;
  };
  assert.ok(used(voice) >= 4);
  assert.equal(used(steadyGraph(voice).graph), 0);
});
