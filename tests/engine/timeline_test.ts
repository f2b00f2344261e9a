import assert from "node:assert/strict";
import { fixed } from "../../engine/memory/layout.ts";
import { blocksBetween } from "../../engine/memory/shared_memory.ts";
import { Timeline } from "../../engine/timeline.ts";
import { nativeForTests } from "../native_for_tests.ts";
import { testMemory } from "../test_memory.ts";

const { native } = await nativeForTests();

/** Writes a stamp as the callback does. */
function stamp(memory: ReturnType<typeof testMemory>, block: number, ticks: bigint): void {
  memory.words[fixed.callback.stampBlock.index] = block;
  memory.wide[fixed.callback.stampTicks.index] = ticks;
  memory.words[fixed.callback.stampSequence.index] += 2;
}

function ticksNow(): { ticks: bigint; ns: bigint } {
  const pair = new BigUint64Array(2);
  native.symbols.us_read_clocks(pair);
  return { ticks: pair[0], ns: pair[1] };
}

Deno.test("moments a number of frames apart are that many frames apart, through the jitter of the stamps, and across the wrap", async () => {
  const startBlock = 0xFFFFFFC0;
  const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128, startBlock });
  const timeline = new Timeline(memory, native);
  const before = ticksNow();
  await new Promise((done) => setTimeout(done, 20));
  const after = ticksNow();
  const ticksPerNs = Number(after.ticks - before.ticks) / Number(after.ns - before.ns);
  let block = 0;
  for (let call = 0; call < 100; call++) {
    const jitterNs = call % 7 * 50_000;
    stamp(
      memory,
      (startBlock + block) | 0,
      after.ticks + BigInt(Math.round((block * 128 / 48_000 * 1e9 + jitterNs) * ticksPerNs)),
    );
    timeline.follow();
    block++;
  }
  const wall = performance.timeOrigin + performance.now() + 1_000;
  const first = timeline.frameAt(wall);
  for (const frames of [1, 100, 4_801]) {
    const later = timeline.frameAt(wall + frames / 48);
    const distance = blocksBetween(later.block, first.block) * 128 + later.frame - first.frame;
    assert.ok(Math.abs(distance - frames) <= 1, `${frames} frames became ${distance}`);
  }
  assert.ok(first.frame >= 0 && first.frame < 128);
});

Deno.test("after a pause of the stream the loop starts anew instead of drifting there", async () => {
  const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128 });
  const timeline = new Timeline(memory, native);
  await new Promise((done) => setTimeout(done, 5));
  stamp(memory, 0, ticksNow().ticks);
  timeline.follow();
  await new Promise((done) => setTimeout(done, 200));
  stamp(memory, 1, ticksNow().ticks);
  timeline.follow();
  const now = timeline.frameAt(performance.timeOrigin + performance.now());
  assert.ok(blocksBetween(now.block, 1) < 20, `block ${now.block}`);
});
