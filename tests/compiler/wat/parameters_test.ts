import assert from "node:assert/strict";
import fc from "fast-check";
import { parameterRecord } from "../../../compiler/plan/arena.ts";
import {
  getParameterText,
  parameterPlaces,
  rampText,
  setParameterText,
} from "../../../compiler/wat/parameters.ts";
import { definePatch } from "../../../modules/patch.ts";
import { unity } from "../../../modules/signal/unity.ts";
import { runText } from "../../../testing/compiler/run_text.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";

const rampFrames = 10;
/** Of a block: what fits behind the records of the parameters. */
const maxFrames = 1_024;
const ramped = { ...unity, default: 0, why: "ramps", smoothingSeconds: rampFrames / 48_000 };
const whole = textSourceOf(definePatch({
  name: "two",
  instruments: {},
  parameters: { mix: { ramped, sudden: { ...ramped, smoothingSeconds: 0 } } },
  output: (_buses, { mix }) => mix.ramped.plus(mix.sudden),
}));
// in the one page of a test
const source = { ...whole, plan: { ...whole.plan, parameters: 1_024, ramps: 2_048 } };
const record = (index: number) => source.plan.parameters + index * parameterRecord.bytes;

/** @param frames of the ramp */
function started(frames = rampFrames) {
  const running = runText(
    rampText,
    setParameterText(source),
    getParameterText(source),
    `(func (export "ramp") (param $record i32) (param $to i32) (param $frames i32)
      (call $ramp (local.get $record) (local.get $to) (local.get $frames)))`,
  );
  running.words[(record(0) + parameterRecord.ramp) / 4] = frames;
  const to = parameterPlaces(source).parameterRamp(0);
  const follow = (frames: number) => {
    running.call("ramp", record(0), to, frames);
    return [...running.floats.subarray(to / 4, to / 4 + frames)];
  };
  return { ...running, follow };
}

Deno.test("a parameter goes to its new value in a straight ramp, arrives exactly, and rests", () => {
  const { call, follow } = started();
  call("set_parameter", 0, 0.7);
  const path = [...follow(4), ...follow(8)];
  path.forEach((value, frame) => {
    const expected = 0.7 * Math.min(1, (frame + 1) / rampFrames);
    assert.ok(Math.abs(value - expected) < 1e-6, `${frame}: ${value}`);
  });
  assert.equal(path[rampFrames - 1], Math.fround(0.7));
  assert.deepEqual(path.slice(rampFrames - 1), Array(3).fill(Math.fround(0.7)));
});

Deno.test("a second value on the way is gone to from where the parameter is", () => {
  const { call, follow } = started();
  call("set_parameter", 0, 1);
  const [, , , , half] = follow(5);
  call("set_parameter", 0, 0);
  const [next, ...rest] = follow(rampFrames);
  assert.ok(next < half && half - next < 0.11 && rest.at(-1) === 0);
});

Deno.test("all steps of a ramp are alike, the last one too, and cuts between blocks change no bit", () => {
  const value = fc.float({ min: -20_000, max: 20_000, noNaN: true });
  const ofDelay = fc.float({ min: Math.fround(0.0001), max: 10, noNaN: true });
  const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 20 });
  const ways = fc.oneof(fc.tuple(value, value), fc.tuple(ofDelay, ofDelay));
  fc.assert(
    fc.property(ways, fc.integer({ min: 2, max: 9_600 }), lengths, ([from, to], frames, cuts) => {
      const pathIn = (blockFrames: readonly number[]) => {
        const { call, follow } = started(frames);
        call("set_parameter", 0, from);
        for (let left = frames; left > 0; left -= maxFrames) follow(Math.min(left, maxFrames));
        call("set_parameter", 0, to);
        const path: number[] = [];
        for (let block = 0; path.length < frames; block++) {
          path.push(...follow(Math.min(blockFrames[block % blockFrames.length], frames - path.length)));
        }
        return path;
      };
      const path = pathIn([maxFrames]);
      assert.deepEqual(pathIn(cuts), path);
      const step = (to - from) / frames;
      // of the step times what is left, and of the difference, in both values; and of steps that are denormal
      const roundings = 8 * 2 ** -24 * Math.max(Math.abs(from), Math.abs(to)) + frames * 2 ** -149;
      path.forEach((one, frame) => {
        const found = one - (path[frame - 1] ?? from);
        assert.ok(Math.abs(found - step) <= roundings, `step ${frame} of ${frames}: ${found}, not ${step}`);
      });
      assert.equal(path[frames - 1], to);
    }),
  );
});

Deno.test("one without a ramp is there at once; what is asked for is where it is going", () => {
  const { call, floats } = started();
  call("set_parameter", 1, 0.25);
  assert.equal(floats[parameterPlaces(source).parameterCurrent(1) / 4], 0.25);
  call("set_parameter", 0, 0.5);
  assert.deepEqual([0, 1, 2, -1].map((index) => call("get_parameter", index)), [0.5, 0.25, 0, 0]);
});

Deno.test("an index beyond the parameters changes nothing", () => {
  const { call, words } = started();
  const before = words.slice();
  for (const index of [2, -1, 2 ** 31 - 1]) call("set_parameter", index, 1);
  assert.deepEqual(words, before);
});
