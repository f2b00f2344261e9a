import assert from "node:assert/strict";
import { noise } from "../../../modules/oscillators/noise.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { PatchPlayer, sameBits } from "../../../testing/patch/patch_player.ts";
import { mean, rms } from "../../../testing/measure/level.ts";
import { spectrum } from "../../../testing/measure/spectrum.ts";
import { playVoice, rateHz } from "../../../testing/trial/trial_patch.ts";

Deno.test("white noise is uniform from -1 to 1 and has no direct current", async () => {
  const samples = await playVoice(() => noise({}), 20 * rateHz);
  const tenths = new Array<number>(20).fill(0);
  samples.forEach((sample) => tenths[Math.min(19, Math.floor((sample + 1) * 10))]++);
  const expected = samples.length / 20;
  // the standard deviation is 214 samples; five of them
  tenths.forEach((count) => assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${tenths}`));
  assert.ok(Math.abs(rms(samples) * Math.sqrt(3) - 1) < 0.005, `rms ${rms(samples)}`);
  assert.ok(Math.abs(mean(samples)) < 0.003, `mean ${mean(samples)}`);
});

Deno.test("white noise has the same power in each of 16 bands within 0.5 dB", async () => {
  const length = 1 << 17;
  const bins = spectrum(await playVoice(() => noise({}), length));
  const bands = Array.from({ length: 16 }, (_, band) => rms(bins.subarray(band * 4_096, (band + 1) * 4_096)));
  const whole = rms(bins);
  bands.forEach((level, band) =>
    assert.ok(Math.abs(20 * Math.log10(level / whole)) < 0.5, `band ${band}: ${level / whole}`)
  );
});

Deno.test("noise is the same for the same seed and unlike for another one", async () => {
  const [first, again, other] = await Promise.all(
    [1, 1, 2].map((seed) => playVoice(() => noise({}), 4_800, { seed })),
  );
  assert.ok(sameBits(first, again));
  assert.ok(Math.abs(correlation(first, other)) < 0.1);
});

const twoVoices = definePatch({
  name: "trial",
  instruments: {
    one: instrument({
      voices: 8,
      parameters: {},
      voice: ({ velocity }) => ({ output: noise({}).times(velocity), envelope: constant(1) }),
    }),
  },
  parameters: {},
  output: ({ one }) => one,
});

Deno.test("voices and notes have noise of their own", async () => {
  const heard: Float32Array<ArrayBuffer>[] = [];
  for (let voice = 0; voice < 6; voice++) {
    // all voices sound, in both groups of four lanes; one of them is loud
    const player = await PatchPlayer.of(twoVoices);
    for (let other = 0; other < 6; other++) player.on(other + 1, 60, other === voice ? 1 : 1e-6);
    heard.push(player.play(4_800, 0));
  }
  heard.forEach((one, index) =>
    heard.slice(0, index).forEach((other, before) =>
      assert.ok(Math.abs(correlation(one, other)) < 0.1, `voices ${index} and ${before}`)
    )
  );
  const second = (await PatchPlayer.of(twoVoices)).on(1);
  const firstNote = second.play(4_800, 0);
  second.exports.panic();
  second.play(4_800);
  const secondNote = second.on(1).play(4_800, 0);
  assert.ok(Math.abs(correlation(firstNote, secondNote)) < 0.1);
});

function correlation(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, sample, frame) => sum + sample * b[frame], 0) / (rms(a) * rms(b) * a.length);
}
