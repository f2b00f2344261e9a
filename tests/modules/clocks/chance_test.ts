import assert from "node:assert/strict";
import { chance, isSeed } from "../../../modules/clocks/chance.ts";
import { clocked, clocksAt } from "./trigger_trial.ts";

const everyFrame = (frames: number) => clocksAt(frames, Array.from({ length: frames }, (_, frame) => frame));
const drawn = (seed: number, frames = 4_000) => clocked((clock) => chance(seed, clock), everyFrame(frames));

Deno.test("numbers lie evenly from 0 to below 1, and neighbours know nothing of each other", async () => {
  const numbers = await drawn(7);
  assert.ok(numbers.every((number) => number >= 0 && number < 1));
  const tenths = Array(10).fill(0);
  for (const number of numbers) tenths[Math.floor(number * 10)]++;
  // 400 each, with a standard deviation of 19
  assert.ok(tenths.every((count) => Math.abs(count - 400) < 90), tenths.join());
  const products = numbers.slice(1).map((number, index) => (number - 0.5) * (numbers[index] - 0.5));
  assert.ok(Math.abs(products.reduce((sum, one) => sum + one, 0) / products.length) < 0.006);
});

Deno.test("each seed has its own sequence, and the number stays between clocks", async () => {
  const [one, again, next] = await Promise.all([drawn(1, 50), drawn(1, 50), drawn(2, 50)]);
  assert.deepEqual(one, again);
  assert.ok(one.every((number, frame) => number !== next[frame]));
  const held = await clocked((clock) => chance(1, clock), clocksAt(30, [10, 20]));
  assert.equal(new Set(held.subarray(10, 20)).size, 1);
  assert.notEqual(held[9], held[10]);
  assert.notEqual(held[19], held[20]);
});

Deno.test("a seed is a whole number from 0 up to 31 bits", () => {
  for (const seed of [0, 1, 2 ** 31 - 1]) assert.ok(isSeed(seed), `${seed}`);
  for (const seed of [-1, 0.5, 2 ** 31, NaN, "1", undefined]) assert.ok(!isSeed(seed), `${seed}`);
});
