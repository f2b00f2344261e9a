import assert from "node:assert/strict";
import fc from "fast-check";
import { fixed } from "../../../engine/memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../../../engine/memory/shared_memory.ts";
import { Timeline } from "../../../engine/time/timeline.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { ManualClock } from "../../../testing/engine/manual_clock.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const { native } = await nativeForTests();
const blockFrames = 128;

/** A timeline on clocks that a test moves, with the memory whose stamps it follows. */
function manualTimeline(dimensions: Parameters<typeof testMemory>[0] = {}) {
  const clock = new ManualClock();
  const memory = testMemory({ sampleRateHz: 48_000, blockFrames, ...dimensions });
  return { clock, memory, timeline: new Timeline(memory, native, clock) };
}

/** Writes a stamp as the callback does. */
function stamp(memory: SharedMemory, block: number, ticks: bigint): void {
  memory.words[fixed.callback.stampBlock.index] = block;
  memory.wide[fixed.callback.stampTicks.index] = ticks;
  memory.words[fixed.callback.stampSequence.index] += 2;
}

Deno.test("moments a number of frames apart are that many frames apart, through the jitter of the stamps, and across the wrap", () => {
  const startBlock = 0xFFFFFFC0;
  const { clock, memory, timeline } = manualTimeline({ startBlock });
  for (let block = 0; block < 100; block++) {
    const jitterNs = BigInt(block % 7 * 50_000);
    clock.advance(blockFrames / 48_000);
    stamp(memory, (startBlock + block) | 0, clock.ticks + jitterNs);
    timeline.follow();
  }
  const wallMs = clock.unixMs + 1_000;
  const first = timeline.frameAt(wallMs);
  for (const frames of [1, 100, 4_801]) {
    const later = timeline.frameAt(wallMs + frames / 48);
    const distance = blocksBetween(later.block, first.block) * blockFrames + later.frame - first.frame;
    assert.equal(distance, frames);
  }
  assert.ok(first.frame >= 0 && first.frame < blockFrames);
});

Deno.test("after a pause of the stream the loop starts again instead of drifting there", () => {
  const { clock, memory, timeline } = manualTimeline();
  clock.advance(0.005);
  stamp(memory, 0, clock.ticks);
  timeline.follow();
  clock.advance(0.2);
  stamp(memory, 1, clock.ticks);
  timeline.follow();
  assert.deepEqual(timeline.frameAt(clock.unixMs), { block: 1, frame: 0 });
});

/** A timeline that has followed the stream for 20 ms. */
function followed() {
  const manual = manualTimeline();
  for (let block = 0; block < 8; block++) {
    manual.clock.advance(blockFrames / 48_000);
    stamp(manual.memory, block, manual.clock.ticks);
    manual.timeline.follow();
  }
  return manual;
}

const framesOf = ({ block, frame }: { block: number; frame: number }) => block * 128 + frame;

Deno.test("for any phase and any distance, bundles N frames apart are given frames N apart, also when the wall clock steps between them", () => {
  const { clock, timeline } = followed();
  const startMs = clock.unixMs;
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.nat(1_000_000),
      fc.constantFrom(-1_000, 0, 1_000),
      (phaseMs, frames, stepMs) => {
        clock.advance(0.0001);
        clock.wallStepMs = 0;
        timeline.follow();
        const first = timeline.frameAt(startMs + 500 + Math.round(phaseMs * 48) / 48);
        clock.wallStepMs = stepMs;
        timeline.follow();
        const second = timeline.frameAt(startMs + 500 + Math.round(phaseMs * 48) / 48 + frames / 48);
        assert.equal(framesOf(second) - framesOf(first), frames);
      },
    ),
  );
});

Deno.test("a moment more than a day ahead is refused, and one before that is a day late, near the wrap of the block number too", () => {
  const { clock, timeline } = followed();
  assert.throws(
    () => timeline.frameAt(clock.unixMs + 90_000_000),
    /expected at most 86400 s ahead, found 90000 s/,
  );
  assert.throws(() => timeline.frameAt(NaN), /time tag/);
  const now = framesOf(timeline.frameAt(clock.unixMs));
  const old = framesOf(timeline.frameAt(0));
  assert.ok(Math.abs((now - old) / 48_000 - 86_400) < 1, `${(now - old) / 48_000} s ago`);
});

Deno.test("on the monotonic clock distances are exact too, and neither a stepped wall clock nor its tags move them", () => {
  const { clock, timeline } = followed();
  const startMs = timeline.nowMs() + 500;
  const both = [
    timeline.frameAt(clock.unixMs + 500),
    timeline.frameOf({ monotonicMs: timeline.nowMs() + 500 }),
  ];
  assert.ok(Math.abs(framesOf(both[0]) - framesOf(both[1])) < 300, "the clocks mean the same moments");
  fc.assert(
    fc.property(
      fc.nat(960),
      fc.nat(1_000_000),
      fc.constantFrom(-1_000, 0, 1_000),
      (phase, frames, stepMs) => {
        clock.advance(0.0001);
        const first = timeline.frameOf({ monotonicMs: startMs + phase / 48 });
        clock.wallStepMs = stepMs;
        timeline.follow();
        timeline.frameOf({ unixMs: clock.unixMs + 40 });
        const second = timeline.frameOf({ monotonicMs: startMs + (phase + frames) / 48 });
        assert.equal(framesOf(second) - framesOf(first), frames);
      },
    ),
  );
});
