import assert from "node:assert/strict";
import { StreamMixer } from "../../../engine/renderer/stream_mixer.ts";
import { RendererStaleError } from "../../../engine/renderer/renderer_stale_error.ts";
import {
  lineFile,
  lineFrames,
  lineSample,
  loadLine,
  play,
  StreamStage,
} from "../../../testing/engine/stream_renderer.ts";

/** Samples of frames of the file, `undefined` for silence. */
function samplesOf(frames: readonly (number | undefined)[]): number[] {
  return frames.map((frame) => frame === undefined ? 0 : lineSample(frame));
}

function range(first: number, end: number): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}

const silence = (frames: number): undefined[] => new Array(frames).fill(undefined);

function stage(): StreamStage {
  const made = new StreamStage();
  made.loadAll();
  return made;
}

Deno.test("without memory for pages a renderer has no mixer, and with it a block without players claims nothing", () => {
  const { memory } = stage();
  assert.ok(new StreamMixer(memory));
  const quiet = stage();
  assert.ok(quiet.play(quiet.renderer(0), 0, 3).every((sample) => sample === 0));
});

Deno.test("a file begins and ends at its frame, in the midst of a block and over pages", () => {
  const at = stage();
  at.send([...loadLine([4_200, 1]), { what: "seek", frame: 4_000 }]);
  at.send([play], 45);
  const heard = at.play(at.renderer(0), 0, 9);
  assert.deepEqual(heard, samplesOf([...silence(45), ...range(4_000, 4_200), ...silence(43)]));
});

Deno.test("slices repeat, also within a block, and one without a count goes on until it is left", () => {
  const at = stage();
  at.send([...loadLine([5, 1], [15, 3], [40, 0], [50, 1]), play]);
  at.send([{ what: "devamp" }], 70);
  const heard = at.play(at.renderer(0), 0, 4);
  const vamp = range(15, 40);
  const expected = [
    ...range(0, 5),
    ...range(5, 15),
    ...range(5, 15),
    ...range(5, 15),
    ...vamp,
    ...vamp,
    ...range(40, 50),
  ];
  assert.deepEqual(heard, samplesOf([...expected, ...silence(128 - expected.length)]));
});

Deno.test("at another rate a straight line stays one, from frame to frame", () => {
  const at = stage();
  at.send([...loadLine(), { what: "seek", frame: 100 }, { what: "rate", rate: 0.5, frames: 0 }, play]);
  const heard = at.play(at.renderer(0), 0, 4);
  const positions = Array.from({ length: 128 }, (_, index) => 100 + index / 2);
  assert.deepEqual(heard, positions.map((position) => Math.fround(lineSample(position))));
});

Deno.test("a rate that moves comes to where it goes, and the position follows without a jump", () => {
  const at = stage();
  at.send([...loadLine(), { what: "seek", frame: 50 }, { what: "rate", rate: 2, frames: 64 }, play]);
  const heard = at.play(at.renderer(0), 0, 4);
  const steps = heard.slice(1).map((sample, index) => (sample - heard[index]) * 2 ** 16);
  assert.ok(steps.every((step, index) => index === 0 || step > steps[index - 1] - 0.01));
  assert.ok(Math.abs(steps[0] - 1) < 0.02 && Math.abs(steps[126] - 2) < 0.01);
});

Deno.test("levels, gates and routes move in straight lines; one that pauses goes on at its frame", () => {
  const at = stage();
  const renderer = at.renderer(0);
  at.send([...loadLine(), { what: "level", gain: 0, frames: 32 }, play]);
  const faded = at.play(renderer, 0, 2);
  assert.deepEqual(
    faded,
    range(0, 64).map((frame) => Math.fround(frame < 32 ? lineSample(frame) * (1 - frame / 32) : 0)),
  );
  at.send([{ what: "level", gain: 1, frames: 0 }, { what: "gate", open: false, frames: 16, then: "pause" }]);
  const pausing = at.play(renderer, 0, 2);
  assert.deepEqual(pausing.slice(16), samplesOf(silence(48)));
  assert.equal(pausing[8], Math.fround(lineSample(72) / 2));
  at.send([play]);
  assert.deepEqual(at.play(renderer, 0, 1), samplesOf(range(80, 112)));
  at.send([{ what: "route", channel: 0, bus: 0, gain: 0.5, frames: 0 }, {
    what: "route",
    channel: 1,
    bus: 0,
    gain: 0.25,
    frames: 0,
  }]);
  assert.deepEqual(at.play(renderer, 0, 1), range(112, 144).map((frame) => lineSample(frame) / 4));
  at.send([{ what: "gate", open: false, frames: 0, then: "stop" }, play]);
  assert.deepEqual(at.play(renderer, 0, 1), samplesOf(silence(32)));
});

Deno.test("panic stops what plays within a few milliseconds", () => {
  const at = stage();
  at.send([...loadLine(), play]);
  at.panic(10);
  const heard = at.play(at.renderer(0), 0, 3);
  assert.deepEqual(heard.slice(0, 11), samplesOf(range(0, 11)));
  assert.ok(heard.slice(11, 50).every((sample, index) => sample < lineSample(11 + index)));
  assert.deepEqual(heard.slice(50), samplesOf(silence(46)));
});

Deno.test("what was late for the first renderer is late for all, and a page that is gone makes one stale", () => {
  const at = new StreamStage();
  at.loadPage(0);
  at.send([...loadLine(), { what: "seek", frame: 4_080 }, play]);
  const [first, second, third] = [at.renderer(0), at.renderer(1), at.renderer(2)];
  const heard = at.play(first, 0, 2);
  at.loadPage(1);
  heard.push(...at.play(first, 0, 1));
  assert.deepEqual(heard, samplesOf([...silence(64), ...range(4_144, 4_176)]));
  assert.deepEqual(at.play(second, 1, 3), heard);
  assert.deepEqual(first.playing.bytes, second.playing.bytes);
  at.play(third, 2, 2);
  at.pool.forget(lineFile);
  assert.throws(() => at.play(third, 2, 1), RendererStaleError);
  assert.ok(lineFrames > 4_176);
});
