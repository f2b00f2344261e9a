import assert from "node:assert/strict";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { type ChaseOptions, TimecodeChase } from "../../timecode/chase.ts";
import { LtcDecoder } from "../../timecode/ltc_decoder.ts";
import { LtcSignal } from "../../timecode/ltc_signal.ts";
import { frameOfTimecode, framesPerDay, readTimecode, timecodeRates } from "../../timecode/timecode.ts";

const rate = timecodeRates["25"];
const sampleRateHz = 48_000;
const perFrame = 1_920;
const exact: ChaseOptions = {
  ...{ rate, sampleRateHz, flywheelSeconds: 1, lockReadings: 2, correction: 1, tolerance: 0.25 },
};

/** A chase that has read the frames `from` to `to`, the first of them at `at`. */
function chased(from: number, to: number, at = 0, chase = new TimecodeChase(exact)): TimecodeChase {
  for (let frame = from; frame <= to; frame++) {
    chase.read({ position: frame, at: at + (frame - from) * perFrame, spacing: 1, isReverse: false });
  }
  return chase;
}

Deno.test("it locks with the second reading that agrees, and foresees places to the frame", () => {
  const chase = chased(1_000, 1_000);
  assert.equal(chase.stateAt(10), "locking");
  assert.equal(chase.positionAt(10), undefined);
  chase.read({ position: 1_001, at: perFrame, spacing: 1, isReverse: false });
  assert.equal(chase.stateAt(perFrame), "locked");
  assert.equal(chase.lockedFrom, 1_000);
  assert.equal(chase.frameAt(1_010, perFrame), 10 * perFrame);
  assert.equal(chase.positionAt(perFrame * 1.5), 1_001.5);
});

Deno.test("without readings the position goes on for the time of the flywheel, and no longer", () => {
  const chase = chased(0, 10);
  const last = 10 * perFrame;
  const states = [1.9, 2.1, 26.9, 27.1].map((frames) => chase.stateAt(last + frames * perFrame));
  assert.deepEqual(states, ["locked", "flywheel", "flywheel", "lost"]);
  assert.equal(chase.frameAt(30, last + 5 * perFrame), 30 * perFrame);
  assert.equal(chase.frameAt(40, last + 30 * perFrame), undefined);
  chase.read({ position: 12, at: 12 * perFrame, spacing: 1, isReverse: false });
  assert.equal(chase.stateAt(12 * perFrame), "locked");
  assert.equal(chase.jumps, 1, "it goes on where it was");
});

Deno.test("one wrong reading is left out, a jump is followed at its second reading", () => {
  const chase = chased(0, 10);
  chase.read({ position: 5_000, at: 11 * perFrame, spacing: 1, isReverse: false });
  assert.equal(chase.positionAt(11 * perFrame), 11);
  chase.read({ position: 12, at: 12 * perFrame, spacing: 1, isReverse: false });
  assert.equal(chase.jumps, 1);
  chased(5_000, 5_001, 13 * perFrame, chase);
  assert.equal(chase.positionAt(14 * perFrame), 5_001);
  assert.equal(chase.jumps, 2);
  assert.equal(chase.lockedFrom, 5_000);
});

Deno.test("backward, or far from the speed of the clock, no place ahead is foreseen, and the position is followed", () => {
  const back = new TimecodeChase(exact);
  const fast = new TimecodeChase(exact);
  for (let index = 0; index < 5; index++) {
    back.read({ position: 100 - index, at: index * perFrame, spacing: 1, isReverse: true });
    fast.read({ position: 100 + index, at: index * perFrame / 2, spacing: 1, isReverse: false });
  }
  assert.equal(back.positionAt(5 * perFrame), 95);
  assert.equal(back.frameAt(90, 5 * perFrame), undefined);
  assert.equal(fast.speed, 2);
  assert.equal(fast.frameAt(200, 2 * perFrame), undefined);
});

Deno.test("midnight is a frame like any other", () => {
  const day = framesPerDay(rate);
  const chase = new TimecodeChase(exact);
  for (let index = -2; index <= 1; index++) {
    chase.read({ position: (day + index) % day, at: (index + 2) * perFrame, spacing: 1, isReverse: false });
  }
  assert.equal(chase.jumps, 1);
  assert.equal(chase.positionAt(3 * perFrame), 1);
  assert.equal(chase.frameAt(2, 3 * perFrame), 4 * perFrame);
});

Deno.test("MIDI that arrives within a millisecond of its time is followed within a quarter of one", () => {
  const random = new SeededRandom(3);
  const chase = new TimecodeChase({ ...exact, correction: 0.06, tolerance: 0.5, flywheelSeconds: 2 });
  let worst = 0;
  for (let frame = 0; frame < 2_000; frame += 2) {
    const at = frame * perFrame * 1.0001 + 48 * (random.next() - 0.5);
    chase.read({ position: frame, at, spacing: 2, isReverse: false });
    if (frame < 250) continue; // ten seconds to settle
    worst = Math.max(worst, Math.abs(chase.frameAt(frame + 3, at)! - (frame + 3) * perFrame * 1.0001));
  }
  assert.equal(chase.jumps, 1);
  assert.ok(worst < 12, `${worst} frames of the engine`);
});

Deno.test("linear timecode at 0.1 % beside the clock is foreseen to the frame of the engine, three frames after its beginning", () => {
  const chase = new TimecodeChase(exact);
  const start = readTimecode("01:00:00:00", rate)!;
  const decoder = new LtcDecoder(sampleRateHz);
  const block = new Float32Array(128);
  const signal = new LtcSignal({ start, rate, sampleRateHz: 48_048, level: 0.25 });
  let lockedAt = Infinity;
  let worst = 0;
  for (let at = 0; at < 96_000; at += block.length) {
    signal.write(at, block);
    decoder.push(block, at, ({ timecode, endAt, isReverse }) => {
      const position = frameOfTimecode(timecode, rate) + (isReverse ? 0 : 1);
      chase.read({ position, at: endAt, spacing: 1, isReverse });
    });
    const now = at + block.length;
    if (chase.stateAt(now) !== "locked") continue;
    lockedAt = Math.min(lockedAt, now);
    const ahead = Math.ceil(chase.positionAt(now)!) + 1;
    const place = (ahead - 90_000) * perFrame * 1.001;
    worst = Math.max(worst, Math.abs(chase.frameAt(ahead, now)! - place));
  }
  assert.ok(lockedAt <= 3 * perFrame * 1.001 + 128, `locked after ${lockedAt}`);
  assert.ok(worst <= 0.75, `${worst} frames of the engine`);
});
