import assert from "node:assert/strict";
import {
  conditionFeedback,
  feedback,
  feedbackOf,
  integerFeedback,
  seededFeedback,
} from "../../../modules/signal/feedback.ts";
import type { Signal } from "../../../modules/signal/signal.ts";
import { playVoice } from "../../../testing/trial/trial_patch.ts";

const played = async (voice: () => Signal<"1">, seed = 1) => [...await playVoice(voice, 4, { seed })];

Deno.test("each frame sees the value of the frame before, and the first one the initial value", async () => {
  assert.deepEqual(await played(() => feedback(0.5, (before) => before.times(2))), [1, 2, 4, 8]);
  assert.deepEqual(await played(() => integerFeedback(7, (before) => before.minus(2)).toFloat()), [
    5,
    3,
    1,
    -1,
  ]);
  assert.deepEqual(await played(() => conditionFeedback(false, (before) => before.not()).select(1, 0)), [
    1,
    0,
    1,
    0,
  ]);
});

Deno.test("several values go on together, each from all of the frame before", async () => {
  const fibonacci = () =>
    feedbackOf({ last: 1, sum: 1 }, ({ last, sum }) => ({ last: sum, sum: sum.plus(last) })).sum;
  assert.deepEqual(await played(fibonacci), [2, 3, 5, 8]);
});

Deno.test("a seeded one begins elsewhere for every seed, and at the same place for the same", async () => {
  const seeded = (seed: number) =>
    played(() => seededFeedback((before) => before).shiftRight(8).toFloat(), seed);
  const [one, again, other] = await Promise.all([seeded(1), seeded(1), seeded(2)]);
  assert.deepEqual(one, again);
  assert.notEqual(one[0], other[0]);
});

Deno.test("a function that returns something else is refused by name", () => {
  // deno-lint-ignore no-explicit-any
  const wrong = (value: unknown) => (() => value) as any;
  assert.throws(() => feedback(0, wrong(7)), /feedback: expected its function to return a signal, found 7/);
  assert.throws(() => integerFeedback(0, wrong(undefined)), /return an integer signal, found nothing/);
  assert.throws(
    () => feedbackOf({ left: 0 }, wrong({})),
    /feedback of left: .* return a signal, found nothing/,
  );
});
