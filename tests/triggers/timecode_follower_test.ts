import assert from "node:assert/strict";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { LtcSignal } from "../../timecode/ltc_signal.ts";
import {
  frameOfTimecode,
  readTimecode,
  type TimecodeRateName,
  timecodeRateNames,
  timecodeRates,
} from "../../timecode/timecode.ts";
import { TimecodeFollower } from "../../triggers/timecode_follower.ts";

const sampleRateHz = 48_000;
const start = "09:59:58:10";

/** Timecode of a rate from {@link start} on, whose sample at a place is that of another place: wow, another speed. */
function signalAt(rate: TimecodeRateName, frames: number, placeOf = (frame: number) => frame): Float32Array {
  const signal = new LtcSignal({
    ...{
      start: readTimecode(start, timecodeRates[rate])!,
      rate: timecodeRates[rate],
      sampleRateHz,
      level: 0.01,
    },
  });
  const whole = new Float32Array(Math.ceil(placeOf(frames)) + 2);
  signal.write(0, whole);
  return Float32Array.from({ length: frames }, (_, frame) => {
    const place = placeOf(frame);
    const share = place - Math.floor(place);
    return whole[Math.floor(place)] * (1 - share) + whole[Math.floor(place) + 1] * share;
  });
}

function follow(rate: TimecodeRateName, samples: Float32Array) {
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const follower = new TimecodeFollower({
    ...{ source: "ltc", rate: timecodeRates[rate], offset: "00:00:00:00", flywheelSeconds: 1, sampleRateHz },
    log: { debug: keep, info: keep, warning: keep, error: keep },
  });
  const states: string[] = [];
  const step = 480;
  /** Frames of timecode by which the position is wrong, at each look at which one is known. */
  const positions: { frame: number; position: number }[] = [];
  for (let at = 0; at + step <= samples.length; at += step) {
    follower.hear(samples.subarray(at, at + step), at);
    follower.tell(at + step);
    const state = follower.chase.stateAt(at + step);
    if (states.at(-1) !== state) states.push(state);
    const position = follower.chase.positionAt(at + step);
    if (position !== undefined) positions.push({ frame: at + step, position });
  }
  return { follower, lines, states, positions };
}

Deno.test("linear timecode of each rate at -40 dBFS, with noise and wow, is followed within a twentieth of its frame", () => {
  const random = new SeededRandom(4);
  for (const name of timecodeRateNames) {
    const rate = timecodeRates[name];
    // 1 % of wow at 2 Hz
    const placeOf = (frame: number) =>
      frame + 0.01 / (4 * Math.PI) * sampleRateHz * (1 - Math.cos(4 * Math.PI * frame / sampleRateHz));
    const samples = signalAt(name, 3 * sampleRateHz, placeOf).map((sample) =>
      sample + 2e-4 * (random.next() - 0.5)
    );
    const { states, positions, lines } = follow(name, samples);
    assert.deepEqual(states, ["none", "locking", "locked"], name);
    assert.deepEqual(lines.filter((line) => /expected/.test(line)), [], name);
    const first = frameOfTimecode(readTimecode(start, rate)!, rate);
    for (const { frame, position } of positions) {
      const truth = first + placeOf(frame) * rate.framesPerRealSecond / sampleRateHz;
      assert.ok(Math.abs(position - truth) < 0.05, `${name} at ${frame}: ${position} instead of ${truth}`);
    }
    assert.ok(positions[0].frame < 0.2 * sampleRateHz, `${name}: known from ${positions[0].frame}`);
  }
});

Deno.test("a drop-out is passed over by the flywheel, and what is lost is told and found again", () => {
  const samples = signalAt("25", 6 * sampleRateHz);
  samples.fill(0, sampleRateHz, 1.5 * sampleRateHz);
  samples.fill(0, 3 * sampleRateHz, 4.5 * sampleRateHz);
  const { follower, states, lines } = follow("25", samples);
  assert.deepEqual(states, ["none", "locking", "locked", "flywheel", "locked", "flywheel", "lost", "locked"]);
  assert.equal(follower.chase.jumps, 1, "it went on where it was");
  assert.ok(lines.some((line) => /^timecode \(LTC\): flywheel to lost; no cue starts/.test(line)));
  const { state, position, source } = follower.status(6 * sampleRateHz + 100);
  assert.deepEqual([source, state, position], ["ltc", "locked", "10:00:04:10"]);
});

Deno.test("timecode of another rate than the settings say is told once, with the setting", () => {
  const told = (source: TimecodeRateName, expected: TimecodeRateName) =>
    follow(expected, signalAt(source, 3 * sampleRateHz)).lines.filter((line) => /expected/.test(line));
  assert.deepEqual(told("24", "25"), [
    "timecode: expected 25 frames a second, found 24; set UNDERSTUDY_TIMECODE_RATE",
  ]);
  assert.match(told("30", "25")[0], /found 30/);
  assert.match(told("29.97df", "30")[0], /found 29\.97df/);
  assert.deepEqual(told("25", "25"), []);
});

Deno.test("a drop-out that ends where a second begins is no other rate", () => {
  const samples = signalAt("25", 2 * sampleRateHz);
  // 09:59:59:00 begins at 0.6 s
  samples.fill(0, 0.3 * sampleRateHz, 0.58 * sampleRateHz);
  const { lines } = follow("25", samples);
  assert.deepEqual(lines.filter((line) => /expected/.test(line)), []);
});

Deno.test("samples that are missing are no wrong timecode", () => {
  const samples = signalAt("25", 2 * sampleRateHz);
  const { follower } = follow("25", samples.subarray(0, sampleRateHz));
  follower.miss();
  follower.hear(samples.subarray(1.5 * sampleRateHz), 1.5 * sampleRateHz);
  assert.equal(follower.chase.jumps, 1);
  assert.equal(follower.status(2 * sampleRateHz + 100).position, "10:00:00:10");
});
