import assert from "node:assert/strict";
import fc from "fast-check";
import { fixed } from "../../../engine/memory/layout.ts";
import { blocksBetween } from "../../../engine/memory/shared_memory.ts";
import { Timeline } from "../../../engine/time/timeline.ts";
import { nativeForTests } from "../../../testing/engine/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

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
    assert.equal(distance, frames);
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

/** A timeline that has followed the stream for 20 ms of real time; `shift` steps its wall clock. */
async function followed() {
  const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128 });
  const shift = { ms: 0 };
  const wall = () => performance.timeOrigin + performance.now() + shift.ms;
  const timeline = new Timeline(memory, native, { readWallMs: wall });
  for (let block = 0; block < 8; block++) {
    await new Promise((done) => setTimeout(done, 2.667));
    stamp(memory, block, ticksNow().ticks);
    timeline.follow();
  }
  return { timeline, shift, wall };
}

const framesOf = ({ block, frame }: { block: number; frame: number }) => block * 128 + frame;

Deno.test("for any phase and any distance, bundles N frames apart are given frames N apart, also when the wall clock steps between them", async () => {
  const { timeline, shift, wall } = await followed();
  const startMs = wall();
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.nat(1_000_000),
      fc.constantFrom(-1_000, 0, 1_000),
      (phaseMs, frames, stepMs) => {
        shift.ms = 0;
        timeline.follow();
        const first = timeline.frameAt(startMs + 500 + Math.round(phaseMs * 48) / 48);
        shift.ms = stepMs;
        timeline.follow();
        const second = timeline.frameAt(startMs + 500 + Math.round(phaseMs * 48) / 48 + frames / 48);
        assert.equal(framesOf(second) - framesOf(first), frames);
      },
    ),
  );
});

Deno.test("a moment more than a day ahead is refused, and one before that is a day late, near the wrap of the block number too", async () => {
  const { timeline, wall } = await followed();
  assert.throws(() => timeline.frameAt(wall() + 90_000_000), /expected at most 86400 s ahead, found 90000 s/);
  assert.throws(() => timeline.frameAt(NaN), /time tag/);
  const now = framesOf(timeline.frameAt(wall()));
  const old = framesOf(timeline.frameAt(0));
  assert.ok(Math.abs((now - old) / 48_000 - 86_400) < 1, `${(now - old) / 48_000} s ago`);
});

Deno.test("on the monotonic clock distances are exact too, and neither a stepped wall clock nor its tags move them", async () => {
  const { timeline, shift, wall } = await followed();
  const startMs = timeline.nowMs() + 500;
  const both = [timeline.frameAt(wall() + 500), timeline.frameOf({ monotonicMs: timeline.nowMs() + 500 })];
  assert.ok(Math.abs(framesOf(both[0]) - framesOf(both[1])) < 300, "the clocks mean the same moments");
  fc.assert(
    fc.property(
      fc.nat(960),
      fc.nat(1_000_000),
      fc.constantFrom(-1_000, 0, 1_000),
      (phase, frames, stepMs) => {
        const first = timeline.frameOf({ monotonicMs: startMs + phase / 48 });
        shift.ms = stepMs;
        timeline.follow();
        timeline.frameOf({ unixMs: wall() + 40 });
        const second = timeline.frameOf({ monotonicMs: startMs + (phase + frames) / 48 });
        assert.equal(framesOf(second) - framesOf(first), frames);
      },
    ),
  );
});
