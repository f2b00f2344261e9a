/** What keeps native threads out of one memory, and out of that one only. */
import assert from "node:assert/strict";
import { fixed } from "../../engine/memory/layout.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { until } from "../../testing/until.ts";

const { native: { symbols } } = await nativeForTests();

function playing(): SharedMemory {
  const memory = testMemory();
  memory.words[fixed.control.play.index] = 1;
  return memory;
}

const base = (memory: SharedMemory) => Deno.UnsafePointer.of(memory.bytes);

/** Whether a call of the callback goes on with the stream. */
function goesOn(memory: SharedMemory): boolean {
  const before = memory.consumed();
  const output = new Float32Array(64).fill(NaN);
  symbols.us_callback(null, output, 32n, null, 0n, base(memory));
  assert.ok(output.every((sample) => sample === 0), "the device always gets samples");
  return memory.consumed() === before + 1;
}

Deno.test("a memory that is held is not touched, others play on, and it plays on when it is released", () => {
  const [one, other] = [playing(), playing()];
  assert.ok(goesOn(one) && goesOn(other));
  symbols.us_guard_set(base(one), 1);
  symbols.us_guard_set(base(one), 1);
  assert.deepEqual([goesOn(one), goesOn(other)], [false, true]);
  symbols.us_guard_set(base(other), 1);
  assert.deepEqual([goesOn(one), goesOn(other)], [false, false]);
  symbols.us_guard_set(base(one), 0);
  assert.deepEqual([goesOn(one), goesOn(other)], [true, false]);
  symbols.us_guard_set(base(other), 0);
  assert.ok(goesOn(one) && goesOn(other));
});

Deno.test("the clock of an isolate that ended without stopping it makes room for the next", async () => {
  const [ended, next] = [playing(), playing()];
  assert.equal(symbols.us_clock_start(base(ended), 32, 0), 0);
  try {
    await until("it plays", () => ended.consumed() > 0);
    assert.notEqual(symbols.us_clock_start(base(next), 32, 0), 0);
    symbols.us_guard_set(base(ended), 1);
    const left = ended.consumed();
    assert.equal(symbols.us_clock_start(base(next), 32, 0), 0);
    await until("the next plays", () => next.consumed() > 2);
    assert.equal(ended.consumed(), left);
    assert.equal(await symbols.us_clock_stop(base(next)), 0);
  } finally {
    await symbols.us_clock_stop(base(ended));
    symbols.us_guard_set(base(ended), 0);
  }
});
