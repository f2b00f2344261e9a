import assert from "node:assert/strict";
import { mustUnroll, unrollLoop } from "../../../engine/samples/unroll_loop.ts";
import type { StatedLoop } from "../../../engine/samples/sound_file.ts";

/** Six frames, 0 to 5, with a loop from 2 to 4: what stands behind them. */
function unrolled(loop: Partial<StatedLoop>) {
  const file = Float32Array.of(0, 1, 2, 3, 4, 5);
  const { channels, frames, loopStart, loopEnd } = unrollLoop([file], { start: 2, last: 4, ...loop })!;
  assert.equal(frames, 6);
  assert.deepEqual(channels[0].subarray(0, 6), file);
  assert.ok(channels[0].subarray(6, 6 + 384).every((sample) => sample === 0));
  const from = 6 + 384;
  assert.equal(channels[0].length, loopEnd);
  return { heard: [...channels[0].subarray(from)], loopStart: loopStart - from, loopEnd: loopEnd - from };
}

Deno.test("a loop is unrolled in its direction: there and back, or back again and again", () => {
  const there = unrolled({ kind: "alternating" });
  assert.deepEqual(there.heard.slice(0, 10), [0, 1, 2, 3, 4, 3, 2, 3, 4, 3]);
  assert.equal(there.loopStart, 2);
  // whole turns, and no fewer frames than a player's largest step
  assert.equal(there.loopEnd - there.loopStart, 64);
  const back = unrolled({ kind: "backward" });
  assert.deepEqual(back.heard.slice(0, 11), [0, 1, 2, 3, 4, 3, 2, 4, 3, 2, 4]);
  assert.equal(back.loopStart, 4);
  assert.equal(back.loopEnd - back.loopStart, 66);
});

Deno.test("a loop that is played a number of times is followed by the rest of the file, and ends there", () => {
  const forward = unrolled({ playCount: 2 });
  assert.deepEqual(forward.heard, [0, 1, 2, 3, 4, 2, 3, 4, 5]);
  assert.deepEqual([forward.loopStart, forward.loopEnd], [9, 9]);
  assert.deepEqual(unrolled({ playCount: 1 }).heard, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(unrolled({ playCount: 2, kind: "alternating" }).heard, [
    ...[0, 1],
    ...[2, 3, 4, 3],
    ...[2, 3, 4, 3],
    ...[2, 3, 4, 5],
  ]);
  assert.deepEqual(unrolled({ playCount: 2, kind: "backward" }).heard, [0, 1, 2, 3, 4, 3, 2, 4, 3, 2, 5]);
});

Deno.test("a loop of one frame stands still, and what would be too long is left as it is", () => {
  assert.deepEqual(unrolled({ last: 2, kind: "alternating" }).heard, [0, 1, ...Array(64).fill(2)]);
  const file = [new Float32Array(1_000)];
  assert.equal(unrollLoop(file, { start: 0, last: 999, playCount: 5_000 }), undefined);
  assert.equal(unrollLoop(file, { start: 0, last: 999, playCount: 2 ** 32 - 1 }), undefined);
  assert.equal(mustUnroll({ start: 0, last: 63 }), false);
  assert.equal(mustUnroll({ start: 0, last: 62 }), true);
});
