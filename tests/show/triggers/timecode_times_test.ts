import assert from "node:assert/strict";
import { TimecodeTimes } from "../../../show/triggers/timecode_times.ts";
import { TimecodeChase } from "../../../timecode/chase.ts";
import { timecodeRates } from "../../../timecode/timecode.ts";

const rate = timecodeRates["25"];
const perFrame = 1_920;
const places = (...timecodes: string[]) => ({
  timecode: timecodes.map((timecode) => ({ key: timecode, trigger: { timecode } })),
});

/** Plays timecode frames from `from` on, `count` of them, from the engine's frame `at` on; returns what was passed. */
function passed(times: TimecodeTimes, chase: TimecodeChase, from: number, count: number, at: number) {
  const found: { key: string; frame: number; knownAt: number }[] = [];
  for (let index = 0; index < count; index++) {
    const now = at + index * perFrame;
    chase.read({ position: from + index, at: now, spacing: 1, isReverse: false });
    for (const step of [0, 480, 960, 1_440]) {
      found.push(...times.take(chase, now + step, 2_880).map((each) => ({ ...each, knownAt: now + step })));
    }
  }
  return found;
}

function chaseOf(): TimecodeChase {
  return new TimecodeChase({
    ...{ rate, sampleRateHz: 48_000, flywheelSeconds: 1, lockReadings: 2, correction: 1, tolerance: 0.25 },
  });
}

Deno.test("a cue is known ahead, once, for the frame at which its timecode stands", () => {
  const times = new TimecodeTimes(places("00:00:01:00", "00:00:00:10", "00:00:01:01"), rate);
  const found = passed(times, chaseOf(), 0, 40, 10_000);
  assert.deepEqual(found.map(({ key }) => key), ["00:00:00:10", "00:00:01:00", "00:00:01:01"]);
  assert.deepEqual(found.map(({ frame }) => frame), [10, 25, 26].map((frame) => 10_000 + frame * perFrame));
  assert.ok(found.every(({ frame, knownAt }) => frame - knownAt > 2_400 - 1));
});

Deno.test("what lies in the readings that lock is passed late, what lies before them is not", () => {
  const times = new TimecodeTimes(places("00:00:04:00", "00:00:03:24"), rate);
  assert.deepEqual(passed(times, chaseOf(), 100, 5, 0).map(({ key, frame }) => [key, frame]), [[
    "00:00:04:00",
    0,
  ]]);
});

Deno.test("a jump passes nothing that it jumps over, and the offset moves every place", () => {
  const times = new TimecodeTimes(places("00:00:10:00", "00:00:20:10"), rate);
  const chase = chaseOf();
  assert.deepEqual(passed(times, chase, 0, 10, 0), []);
  assert.deepEqual(passed(times, chase, 500, 20, 10 * perFrame).map(({ key }) => key), ["00:00:20:10"]);
  const moved = new TimecodeTimes(places("01:00:00:10"), rate, 90_000);
  assert.deepEqual(passed(moved, chaseOf(), 0, 20, 0).map(({ frame }) => frame), [10 * perFrame]);
});

Deno.test("a show that is edited or loaded while timecode runs starts what is to come, once, and nothing that is past", () => {
  const chase = chaseOf();
  const cues = places("00:00:00:10", "00:00:00:21", "00:00:01:10");
  const before = new TimecodeTimes(cues, rate);
  assert.deepEqual(passed(before, chase, 0, 21, 0).map(({ key }) => key), ["00:00:00:10", "00:00:00:21"]);
  const edited = new TimecodeTimes(cues, rate);
  edited.goOnFrom(before, chase);
  assert.deepEqual(passed(edited, chase, 21, 20, 21 * perFrame).map(({ key }) => key), ["00:00:01:10"]);
  const loaded = new TimecodeTimes(places("00:00:00:10", "00:00:01:20"), rate);
  loaded.goOnFrom(new TimecodeTimes(places(), rate), chase);
  assert.deepEqual(passed(loaded, chase, 41, 10, 41 * perFrame).map(({ key }) => key), ["00:00:01:20"]);
  // a jump after that is one
  assert.deepEqual(passed(loaded, chase, 0, 20, 51 * perFrame).map(({ key }) => key), ["00:00:00:10"]);
});
