import assert from "node:assert/strict";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { patchNamed, patchNames } from "../../../patches/ready/catalogue.ts";
import { compileWithSamples } from "../../../testing/patch/compile_named.ts";
import { sines } from "../../../patches/ready/sines.ts";
import { sharedItems } from "../../../testing/share.ts";
import { PatchPlayer, peak, testFormat } from "../../../testing/patch/patch_player.ts";

Deno.test("gain is in decibels, its lowest value is silence, and pan keeps the power", async () => {
  const level = async (gainDb: number, pan = 0) => {
    const player = (await PatchPlayer.of(sines)).set("synth/gainDb", gainDb).set("synth/pan", pan);
    player.on(1, 81).play(12_000);
    const heard = player.play(4_800);
    return [0, 1].map((channel) => peak(heard.filter((_, index) => index % 2 === channel)));
  };
  const [reference] = await level(0);
  assert.ok(Math.abs(20 * Math.log10((await level(-6))[0] / reference) + 6) < 0.01);
  assert.deepEqual(await level(-90), [0, 0]);
  for (const pan of [-1, -0.5, 0, 0.3, 1]) {
    const [left, right] = await level(0, pan);
    assert.ok(Math.abs(Math.hypot(left, right) / (reference * Math.SQRT2) - 1) < 0.001, `pan ${pan}`);
  }
  assert.ok((await level(0, -1))[1] < 1e-6 && (await level(0, 1))[0] < 1e-6);
});

Deno.test("stealing, repeating and panic do not click", async () => {
  const player = await PatchPlayer.of(sines);
  const jump = (samples: Float32Array) =>
    samples.reduce(
      (most, sample, index) => index === 0 ? 0 : Math.max(most, Math.abs(sample - samples[index - 1])),
      0,
    );
  for (let id = 0; id < 16; id++) player.on(id, 30 + id / 10);
  player.play(4_800);
  const steady = jump(player.play(4_800, 0));
  player.on(99, 31).on(5, 30.5, 0.2);
  assert.ok(jump(player.play(480, 0)) < steady * 2);
  player.exports.panic();
  assert.ok(jump(player.play(480, 0)) < steady * 2 + 0.01);
  assert.ok(player.play(480).every((sample) => sample === 0));
});

Deno.test("input passes through with its gain, each channel to its own", async () => {
  const player = (await PatchPlayer.of(sines, { inputChannels: 2 })).set("input/gainDb", 0).feed(0.25, -0.5);
  const heard = player.play(48_000).slice(-2);
  assert.ok([0.25, -0.5].every((sample, channel) => Math.abs(heard[channel] - sample) < 1e-6), `${heard}`);
});

Deno.test("from 1 to 8 channels every ready patch compiles and is heard", async () => {
  const loader = new SampleLoader();
  const pairs = patchNames.flatMap((name) =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((channels) => ({ name, channels }))
  );
  for (const { name, channels } of sharedItems("pairs of a ready patch and a number of channels", pairs, 4)) {
    const player = new PatchPlayer(await compileWithSamples(name, { ...testFormat, channels }, loader));
    if (player.patch.instruments.length > 0) player.on(1, 60);
    // those that swell take their time
    assert.ok(peak(player.play(48_000, 0)) > 0.02, `${name}, ${channels} channels`);
    if (channels > 2) assert.equal(peak(player.play(480, 2)), 0);
  }
  assert.throws(() => patchNamed("organ"), /there are: sines, keys/);
});
