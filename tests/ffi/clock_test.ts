/** The clock thread's arithmetic (`ffi/native/clock.c`), on a clock that the test moves. */
import assert from "node:assert/strict";
import { withNativeProgram } from "../../testing/native/native_program.ts";

/** Seconds after which the product of nanoseconds and sample rate no longer fits into 64 bits. */
const overflowSeconds = (sampleRateHz: number) => Number(2n ** 64n / 10n ** 9n / BigInt(sampleRateHz));

const tenYears = 10 * 365 * 86_400;

Deno.test("however long the clock has run, it calls at every period, and its deadlines do not drift", () =>
  withNativeProgram(
    {
      source: new URL("./clock_years.c", import.meta.url),
      parts: ["callback.c", "guard.c", "source.c", "thread.c"],
    },
    async (run) => {
      for (
        const [sampleRateHz, periodFrames] of [[8_000, 4_096], [44_100, 100], [48_000, 128], [192_000, 16]]
      ) {
        const overflow = overflowSeconds(sampleRateHz);
        for (const ageSeconds of [overflow - 1, overflow + 100, 10 * overflow, tenYears]) {
          const text = await run(sampleRateHz, periodFrames, ageSeconds);
          const [shortestNs, longestNs, calls, callbacks, lost, wrong] = text.split(" ").map(Number);
          const periodNs = periodFrames * 1e9 / sampleRateHz;
          assert.ok(Math.abs(shortestNs - periodNs) <= 1 && Math.abs(longestNs - periodNs) <= 1, text);
          assert.equal(callbacks, calls);
          assert.equal(wrong, 0, "every deadline is a whole number of periods after the start");
          const due = Math.floor((ageSeconds + 3) * sampleRateHz / periodFrames);
          const missing = (due - calls - lost) | 0; // lost periods are counted in a word that wraps
          assert.ok(Math.abs(missing) <= 1, `${calls} calls and ${lost} lost, ${due} periods were due`);
        }
      }
    },
  ));

Deno.test("a short stall is made up for, a longer one costs the periods that it took and is an underflow", () =>
  withNativeProgram(
    {
      source: new URL("./clock_years.c", import.meta.url),
      parts: ["callback.c", "guard.c", "source.c", "thread.c"],
    },
    async (run) => {
      // half of the lookahead of 4 blocks are 128 frames, 2.67 ms
      const after = async (stallMs: number, periodFrames: number) => {
        const [, , , , lost, wrong, underflows] = (await run(48_000, periodFrames, 0, stallMs * 1e6)).split(
          " ",
        )
          .map(Number);
        assert.equal(wrong, 0);
        return { lost, underflows };
      };
      assert.deepEqual(await after(3.9, 64), { lost: 0, underflows: 0 });
      assert.deepEqual(await after(4.1, 64), { lost: 2, underflows: 1 });
      assert.deepEqual(await after(13.4, 64), { lost: 9, underflows: 1 });
      assert.deepEqual(await after(13.4, 4_096), { lost: 0, underflows: 0 }, "less than a period");
    },
  ));
