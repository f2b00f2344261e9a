import assert from "node:assert/strict";
import type { OutputPart, PatchFormat } from "../../../compiler/graph/compiled_patch.ts";
import { graphWarnings } from "../../../compiler/graph/graph_warnings.ts";
import { graphFromJson } from "../../../compiler/graph/validate.ts";
import { graphToJson } from "../../../compiler/graph/graph_json.ts";
import { sharedRegions } from "../../../engine/renderer/state_transfer.ts";
import { lookAheadFrames } from "../../../modules/dynamics/limiter.ts";
import { outputParameters, outputStage } from "../../../modules/outputs/output_stage.ts";
import { definePatch } from "../../../modules/patch.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { DelayLine } from "../../../modules/signal/delay_line.ts";
import { integerFeedback } from "../../../modules/signal/feedback.ts";
import { compileForTest, PatchPlayer, peak, testFormat } from "../../../testing/patch/patch_player.ts";
import { rms } from "../../../testing/measure/level.ts";

const allParts = ["gain", "delay", "equaliser", "limiter", "identify"] as const;

/** Ten outputs, with a patch of so many channels, each its own part of one noise. */
function formatOf(parts: readonly OutputPart[]): Partial<PatchFormat> {
  return {
    ...{ channels: 10, sampleRateHz: 8_000 },
    outputStage: { parts, maxDelaySeconds: 0.1, names: ["left", "right"] },
  };
}

const noisy = (channels: number) =>
  definePatch({
    name: "noisy",
    channels,
    instruments: {},
    output: () => {
      // not drawn from the seed: a stage has states too, and the seed of each follows from its place
      const one = integerFeedback(1, (before) => before.times(1_664_525).plus(1_013_904_223)).toFloat().times(
        2 ** -31,
      );
      return Array.from({ length: channels }, (_, index) => one.times(0.5 / (index + 1)));
    },
  });

const plain = async (frames: number, output: number) =>
  (await PatchPlayer.of(noisy(6), { channels: 10, sampleRateHz: 8_000 })).play(frames, output);

Deno.test("at rest, all parts but the limiter pass every bit, and outputs beyond the patch are silent", async () => {
  const parts = allParts.filter((part) => part !== "limiter");
  const player = await PatchPlayer.of(noisy(6), formatOf(parts));
  const before = await PatchPlayer.of(noisy(6), { channels: 10, sampleRateHz: 8_000 });
  assert.deepEqual(player.play(900), before.play(900));
});

Deno.test("gain, mute and delay are those of their output alone, the delay to the frame", async () => {
  const player = await PatchPlayer.of(noisy(6), formatOf(["gain", "delay"]));
  player.set("output2/gainDb", -6).set("output3/mute", 1).set("output6/delaySeconds", 0.0125);
  const frames = 2_000;
  const heard = player.play(frames);
  const of = (output: number) => heard.filter((_, index) => index % 10 === output - 1).subarray(1_000);
  assert.deepEqual(of(1), (await plain(frames, 0)).subarray(1_000));
  const [second, softer] = [(await plain(frames, 1)).subarray(1_000), of(2)];
  softer.forEach((sample, frame) => assert.ok(Math.abs(sample - second[frame] * 10 ** (-6 / 20)) < 1e-6));
  assert.equal(peak(of(3)), 0);
  assert.deepEqual(of(6), (await plain(frames, 5)).slice(900, 1_900), "100 frames at 8 kHz");
});

Deno.test("an output is found by pink noise, also beyond the patch and muted, and by as many beeps as its number has", async () => {
  const player = await PatchPlayer.of(noisy(2), { ...formatOf(["gain", "identify"]), channels: 23 });
  player.set("output7/mute", 1).set("output7/identify", 1).set("output23/identify", 2);
  const heard = player.play(8_000 * 5);
  const of = (output: number) =>
    Float32Array.from({ length: 40_000 }, (_, frame) => heard[frame * 23 + output - 1]);
  assert.ok(Math.abs(20 * Math.log10(rms(of(7))) + 20) < 1.5, `${rms(of(7))}`);
  for (const silent of [3, 6, 8, 22]) assert.equal(peak(of(silent)), 0);
  const slots = Array.from({ length: 20 }, (_, slot) => of(23).subarray(slot * 2_000, slot * 2_000 + 1_000));
  assert.deepEqual(
    slots.map((slot) => peak(slot) < 0.01 ? "-" : crossings(slot) > 150 ? "high" : "low").join(" "),
    `low low - - high high high${" -".repeat(13)}`,
  );
});

Deno.test("the limiter keeps its output below the level and lets others pass, all of them later", async () => {
  const player = await PatchPlayer.of(noisy(6), formatOf(["limiter"]));
  player.set("output1/limitDb", -20);
  const heard = player.play(4_000);
  const of = (output: number) => heard.filter((_, index) => index % 10 === output - 1).subarray(2_000);
  assert.ok(peak(of(1)) <= 0.1, `${peak(of(1))}`);
  const second = await plain(4_000, 1);
  const late = Array.from({ length: 200 }, (_, frames) => frames).find((frames) =>
    of(2).every((sample, frame) => sample === second[2_000 + frame - frames])
  );
  assert.equal(late, lookAheadFrames(0.002, 8_000));
});

Deno.test("parameters stand behind those of the patch, are named for people, and the graph is one that is accepted", () => {
  const format = { ...testFormat, ...formatOf(allParts) };
  const graph = noisy(2).build(format);
  assert.deepEqual(graphFromJson(graphToJson(graph)), graph);
  assert.equal(graph.parameters.length, 10 * 14);
  const { description } = graph.parameters.find(({ address }) => address === "output2/gainDb")!;
  assert.match(description, /^output 2 \(right\): gain/);
  assert.match(
    graphWarnings(graph, format)[0],
    /has 2 channels, the output has 10: outputs 3 to 10 are silent/,
  );
  const parts = { parts: ["gain"], maxDelaySeconds: 1, names: [] } as const;
  assert.deepEqual(Object.keys(outputParameters(parts, 0)), ["gainDb", "mute"]);
  assert.deepEqual(outputStage([], [], { ...parts, parts: [], sampleRateHz: 8_000 }), []);
});

Deno.test("an instrument cannot have the name of an output", () => {
  const patch = definePatch({
    name: "bad",
    instruments: {},
    parameters: { output3: {} },
    output: () => noise({}),
  });
  patch.build(testFormat);
  assert.throws(
    () => patch.build({ ...testFormat, ...formatOf(["gain"]) }),
    /output3: an output of the device has this name; choose another one/,
  );
});

Deno.test("when patches are exchanged, the delay lines of outputs go on, whatever lines the patches have themselves", () => {
  const echoing = definePatch({
    name: "echoing",
    channels: 6,
    instruments: {},
    output: () => {
      const line = new DelayLine(100);
      line.write(noise({}));
      return line.read(100);
    },
  });
  const [from, to] = [noisy(6), echoing].map((patch) => compileForTest(patch, formatOf(["delay"])));
  const names = sharedRegions(from, to).map(([region]) => region.name);
  for (const vector of [0, 1, 2]) {
    assert.ok(names.includes(`output: delay line outputs${vector}`), names.join());
  }
  assert.ok(names.includes("parameter output10/delaySeconds"));
});

function crossings(samples: Float32Array): number {
  return samples.filter((sample, frame) => frame > 0 && (sample < 0) !== (samples[frame - 1] < 0)).length;
}
