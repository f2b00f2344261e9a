import assert from "node:assert/strict";
import fc from "fast-check";
import type { SilenceKind } from "../../../engine/control/control.ts";
import { SilenceDetector, type SilenceLimits } from "../../../engine/delivery/silence_detector.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { deliveredHighestIndex, deliveredLowestIndex } from "../../../engine/memory/places.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const [sampleRateHz, blockFrames] = [8_000, 32];
/** One second, as the output of `setUp` counts it. */
const second = sampleRateHz / blockFrames;
const limits: SilenceLimits[] = [{ threshold: 0.01, seconds: 2 }, { threshold: 0.5, seconds: undefined }];

function setUp(startBlock = 0, blocksBefore = 0) {
  const memory = testMemory({ sampleRateHz, blockFrames, startBlock });
  /** The device gets blocks with these samples at their ends, the same on both outputs. */
  const deliver = (blocks: number, extent: (block: number) => readonly [number, number]) => {
    for (let count = 0; count < blocks; count++) {
      const block = memory.consumed();
      const [lowest, highest] = extent(count);
      for (const channel of [0, 1]) {
        memory.floats[deliveredLowestIndex(memory, block) + channel] = lowest;
        memory.floats[deliveredHighestIndex(memory, block) + channel] = highest;
      }
      memory.words[fixed.callback.consumed.index] = (block + 1) | 0;
    }
  };
  deliver(blocksBefore, () => [0, 0]);
  const detector = new SilenceDetector(memory, limits);
  return { memory, detector, deliver };
}

const still = (level: number) => () => [level, level] as const;
const kindsOf = (changes: readonly { readonly kind: SilenceKind | undefined }[]) =>
  changes.map(({ kind }) => kind);

Deno.test("silence is told in the block in which its frames are full, and sound in its first block, across the wrap", () => {
  for (const startBlock of [0, -second]) {
    const { detector, deliver } = setUp(startBlock);
    deliver(5, still(0));
    deliver(1, () => [-0.5, 0.5]);
    deliver(2 * second - 1, still(0));
    assert.deepEqual(detector.poll(), []);
    assert.equal(detector.silentSeconds[0], 2 - 1 / second);
    deliver(1, still(0));
    assert.deepEqual(detector.poll(), [{ output: 1, kind: "digital", seconds: 2 }]);
    deliver(second, still(0));
    assert.deepEqual(detector.poll(), [], "told once");
    assert.deepEqual(detector.states, ["digital", "off"]);
    deliver(1, () => [-0.5, 0.5]);
    assert.deepEqual(detector.poll(), [{ output: 1, kind: undefined, seconds: 3 }]);
    assert.deepEqual(detector.states, ["sound", "off"]);
    assert.deepEqual(detector.silentSeconds, [0, 0]);
  }
});

Deno.test("digital silence, direct current and a level below the threshold have names of their own", () => {
  const kindOf = (extent: (block: number) => readonly [number, number]) => {
    const { detector, deliver } = setUp();
    deliver(2 * second, extent);
    return kindsOf(detector.poll());
  };
  assert.deepEqual(kindOf(still(0)), ["digital"]);
  assert.deepEqual(kindOf(still(-0)), ["digital"]);
  assert.deepEqual(kindOf(still(0.215)), ["dc"]);
  assert.deepEqual(kindOf(() => [-0.3, -0.299]), ["dc"], "with a little noise on it");
  assert.deepEqual(kindOf(still(-0.009)), ["level"]);
  assert.deepEqual(kindOf(() => [-0.009, 0.009]), ["level"]);
  assert.deepEqual(kindOf(() => [-0.011, 0.011]), []);
  assert.deepEqual(
    kindOf((block) => still(block < second / 2 ? 0.001 : 0)()),
    ["digital"],
    "a tail has ended",
  );
});

Deno.test("a tone of 10 Hz just above the threshold is sound, though it moves little within a block", () => {
  const { detector, deliver } = setUp();
  const at = (block: number) => 0.0101 * Math.sin(2 * Math.PI * 10 * block / second);
  deliver(4 * second, (block) => {
    const [one, other] = [at(block), at(block + 1)];
    return [Math.min(one, other), Math.max(one, other)];
  });
  assert.deepEqual(detector.poll(), []);
});

Deno.test("a level that steps is sound in whichever block the step comes", () => {
  for (let before = 1; before <= second / 5 + 2; before++) {
    const { detector, deliver } = setUp();
    deliver(before, still(0.3));
    deliver(2 * second - 1, still(0));
    assert.deepEqual(detector.poll(), [], `a step after ${before} blocks`);
  }
});

Deno.test("however seldom it looks within the history, it tells the same", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 3 * second }), fc.constantFrom(0, 0.005, 0.3, 1)), {
        maxLength: 4,
      }),
      fc.integer({ min: 1, max: 11 * second }),
      (parts, pollBlocks) => {
        const told = (every: number) => {
          const { detector, deliver } = setUp();
          const changes = parts.flatMap(([blocks, level]) => {
            const found = [];
            for (let left = blocks; left > 0; left -= every) {
              deliver(Math.min(left, every), () => level === 1 ? [-1, 1] : [level, level]);
              found.push(...detector.poll());
            }
            return found;
          });
          // more than one look may be needed to catch up
          return [...changes, ...detector.poll(), ...detector.poll()];
        };
        assert.deepEqual(told(pollBlocks), told(1));
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("blocks that nobody has seen are no silence; what the history still has from before the start counts", () => {
  const { detector, deliver, memory } = setUp();
  deliver(second, still(0));
  detector.poll();
  deliver(memory.geometry.deliveredCount + 1, () => [-1, 1]); // nobody looked for a whole lap
  deliver(second, still(0));
  for (let look = 0; look < 4; look++) assert.deepEqual(detector.poll(), []);
  assert.equal(detector.silentSeconds[0], 1);
  const later = setUp(0, 3 * second).detector;
  assert.deepEqual(kindsOf(later.poll()), ["digital"], "a new control process knows it at once");
});
