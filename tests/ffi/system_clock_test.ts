/** Needs no real time: the clocks that are stepped are those of a program of this test. */
import assert from "node:assert/strict";
import { readSystemClock } from "../../ffi/system_clock.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { withNativeProgram } from "../../testing/native/native_program.ts";

Deno.test("the kernel says what it knows of the system's clock", async () => {
  const { native } = await nativeForTests();
  const { taiOffsetSeconds, isKept, maxErrorMs } = readSystemClock(native);
  assert.ok(taiOffsetSeconds >= 0 && taiOffsetSeconds < 100, `${taiOffsetSeconds} s`);
  assert.ok(maxErrorMs >= 0, `${maxErrorMs} ms`);
  assert.equal(typeof isKept, "boolean");
});

Deno.test("the line that sound is sent by follows drift slowly, and a step only once it has lasted and where it may", () =>
  withNativeProgram({ source: new URL("./stepped_clock.c", import.meta.url), parts: [] }, async (run) => {
    const clock = async (driftPpm: number, stepMs: number, lastsMs: number, mayJump: boolean) => {
      const numbers = (await run(driftPpm, stepMs, lastsMs, Number(mayJump))).split(" ").map(Number);
      const [jumps, steps, largestNs, errorNs] = numbers;
      return { jumps, steps, largestNs, errorNs };
    };
    // 10 ms at 500 parts of a million
    const mostNs = 5_000;
    const drifting = await clock(100, 0, 0, true);
    assert.deepEqual([drifting.jumps, drifting.steps], [0, 0]);
    assert.ok(drifting.largestNs <= mostNs && Math.abs(drifting.errorNs) < 200_000, JSON.stringify(drifting));
    for (const stepMs of [1_000, -1_000, 3_600_000]) {
      const taken = await clock(0, stepMs, 1e6, true);
      assert.deepEqual([taken.jumps, taken.steps, taken.errorNs], [1, 1, 0]);
      assert.equal(taken.largestNs, 0, "until then the line is straight");
      const refused = await clock(0, stepMs, 1e6, false);
      assert.deepEqual([refused.jumps, refused.errorNs], [0, stepMs * 1e6]);
    }
    const short = await clock(0, 5_000, 500, true);
    assert.deepEqual([short.jumps, short.steps, short.errorNs], [0, 1, 0]);
    const small = await clock(0, 15, 1e6, true);
    assert.deepEqual([small.jumps, small.steps], [0, 0]);
    assert.ok(small.largestNs > 0 && small.largestNs <= mostNs, JSON.stringify(small));
    assert.ok(Math.abs(small.errorNs) < 10_000, "it is taken up");
  }));
