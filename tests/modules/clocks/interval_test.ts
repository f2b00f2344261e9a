import assert from "node:assert/strict";
import { gateOf, intervalOf, unknownInterval } from "../../../modules/clocks/interval.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { clocked, clocksAt, framesOf } from "./trigger_trial.ts";

const clocks = clocksAt(40, [5, 15, 35]);

Deno.test("frames are counted from clock to clock, and unknown before there are two", async () => {
  const since = await clocked((clock) => intervalOf(clock).since.toFloat(), clocks);
  assert.deepEqual([...since.slice(4, 8)], [unknownInterval, 0, 1, 2]);
  assert.deepEqual([...since.slice(14, 17)], [9, 0, 1]);
  const last = await clocked((clock) => intervalOf(clock).last.toFloat(), clocks);
  assert.deepEqual([4, 14, 15, 34, 35].map((frame) => last[frame]), [
    unknownInterval,
    unknownInterval,
    10,
    10,
    20,
  ]);
});

Deno.test("a gate lasts a part of the time between clocks, all of it while that is unknown", async () => {
  const open = async (part: number) =>
    framesOf(await clocked((clock) => gateOf(clock, clock, constant(part)), clocks));
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
  assert.deepEqual(await open(0.5), [...range(5, 20), ...range(35, 40)]);
  assert.deepEqual(await open(1), range(5, 40));
  assert.deepEqual(await open(0), [...range(5, 6), 15, 35]);
});
