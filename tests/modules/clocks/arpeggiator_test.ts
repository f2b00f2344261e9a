import assert from "node:assert/strict";
import { arpeggiator } from "../../../modules/clocks/arpeggiator.ts";
import { constant, type Signal } from "../../../modules/signal/signal.ts";
import { clocked, clocksAt, framesOf } from "./trigger_trial.ts";

type Order = "up" | "down" | "upDown" | "random" | "asGiven";

/** Pitches that a clock in every frame gives. */
async function played(order: Order, count: number, settings: object = {}): Promise<number[]> {
  const clocks = clocksAt(count, Array.from({ length: count }, (_, index) => index));
  const numbers = [64, 60, 67];
  return [
    ...await clocked((clock) => arpeggiator({ clock, numbers, order, ...settings }).number.as("1"), clocks),
  ];
}

Deno.test("up, down, up and down without playing the ends twice, and as given", async () => {
  assert.deepEqual(await played("up", 7), [60, 64, 67, 60, 64, 67, 60]);
  assert.deepEqual(await played("down", 7), [67, 64, 60, 67, 64, 60, 67]);
  assert.deepEqual(await played("upDown", 9), [60, 64, 67, 64, 60, 64, 67, 64, 60]);
  assert.deepEqual(await played("asGiven", 4), [64, 60, 67, 64]);
});

Deno.test("octaves go on where the chord ends", async () => {
  assert.deepEqual(await played("up", 7, { octaves: 2 }), [60, 64, 67, 72, 76, 79, 60]);
  assert.deepEqual(await played("down", 4, { octaves: 2 }), [79, 76, 72, 67]);
  assert.deepEqual(await played("upDown", 11, { octaves: 2 }), [60, 64, 67, 72, 76, 79, 76, 72, 67, 64, 60]);
  assert.equal(Math.max(...await played("up", 12, { octaves: 4 })), 67 + 36);
});

Deno.test("random order plays every note of every octave as often as the others, by its seed", async () => {
  const count = 24_000;
  const found = await played("random", count, { octaves: 2, seed: 4 });
  const times = new Map<number, number>();
  found.forEach((number) => times.set(number, (times.get(number) ?? 0) + 1));
  assert.deepEqual([...times.keys()].sort(), [60, 64, 67, 72, 76, 79]);
  for (const often of times.values()) assert.ok(Math.abs(often - count / 6) < 250, `${often}`);
  assert.deepEqual(found, await played("random", count, { octaves: 2, seed: 4 }));
  assert.notDeepEqual(found, await played("random", count, { octaves: 2, seed: 5 }));
});

Deno.test("one note alone repeats, up and down too", async () => {
  for (const order of ["up", "down", "upDown", "random", "asGiven"] as const) {
    assert.deepEqual(await played(order, 4, { numbers: [50] }), [50, 50, 50, 50]);
  }
});

Deno.test("16 notes are sorted, also when they move: the pitch changes with the next clock only", async () => {
  const numbers: (Signal<"semitones"> | number)[] = Array.from(
    { length: 15 },
    (_, index) => (index * 7) % 15 + 40,
  );
  const found = await played("up", 16, { numbers: [...numbers, constant<"semitones">(39)] });
  assert.deepEqual(found, Array.from({ length: 16 }, (_, index) => 39 + index));
  const clocks = clocksAt(12, [0, 4, 8]);
  const moving = await clocked((clock) => {
    // at a clock 60 and 65, in between 70 and 65
    return arpeggiator({ clock, numbers: [clock.select<"semitones">(60, 70), 65] }).number.as("1");
  }, clocks);
  assert.deepEqual([...moving], [60, 60, 60, 60, 65, 65, 65, 65, 60, 60, 60, 60]);
});

Deno.test("the gate is held for its part of the time between clocks; 1 ties", async () => {
  const clocks = clocksAt(500, [0, 100, 200, 300, 400]);
  const gates = async (gateLength: number) =>
    framesOf(await clocked((clock) => arpeggiator({ clock, gateLength }).gate, clocks)).filter((frame) =>
      frame >= 200
    ).length;
  assert.equal(await gates(0.3), 90);
  assert.equal(await gates(1), 300);
});

Deno.test("a reset begins with the first note", async () => {
  const found = await clocked(
    (clock, reset) => arpeggiator({ clock, reset, numbers: [1, 2, 3] }).number.as("1"),
    clocksAt(8, [0, 1, 4, 6], [3]),
  );
  assert.deepEqual([...found], [1, 2, 2, 2, 1, 1, 2, 2]);
});

Deno.test("wrong chords and orders are refused", async () => {
  await assert.rejects(played("up", 1, { numbers: [] }), /numbers.*expected 1 to 16 pitches, found 0/);
  await assert.rejects(played("up", 1, { numbers: [60, "c"] }), /pitch 1: expected a number or a signal/);
  await assert.rejects(
    played("sideways" as Order, 1),
    /order.*expected up, down, upDown, random, asGiven, found sideways/,
  );
});
