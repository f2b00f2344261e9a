import assert from "node:assert/strict";
import fc from "fast-check";
import { maximumChannels, maxOutputRingBytes } from "../../../engine/memory/constants.ts";
import { fixed, geometryOf, lineBytes, powerOfTwoAtLeast, roundUp } from "../../../engine/memory/layout.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { layoutHeader } from "../../../scripts/generate/layout_header.ts";

Deno.test("the C header is what the declaration says", async () => {
  const header = await Deno.readTextFile(new URL("../../../ffi/native/layout.h", import.meta.url));
  assert.equal(header, layoutHeader(), "run: deno task generate");
});

Deno.test("words of different writers never share a pair of cache lines", () => {
  const lines = new Map<number, string>();
  for (const [section, fields] of Object.entries(fixed)) {
    for (const { byte, count, type } of Object.values(fields)) {
      const end = byte + count * (type === "u64" ? 8 : 4);
      for (let line = Math.floor(byte / lineBytes); line * lineBytes < end; line++) {
        assert.ok(
          [undefined, section].includes(lines.get(line)),
          `${section} shares a line with ${lines.get(line)}`,
        );
        lines.set(line, section);
      }
    }
  }
});

Deno.test("for any configuration the regions follow each other, aligned and inside the whole", () => {
  const dimensions = fc.record({
    sampleRateHz: fc.integer({ min: 8_000, max: 192_000 }),
    blockFrames: fc.integer({ min: 1, max: 256 }).map((count) => count * 16),
    channels: fc.integer({ min: 1, max: maximumChannels }),
    inputChannels: fc.integer({ min: 0, max: 8 }),
    lookaheadBlocks: fc.integer({ min: 2, max: 64 }),
    startBlock: fc.nat(),
    startLogPosition: fc.nat(),
    stateCheckBlocks: fc.constant(1),
    snapshotBlocks: fc.constant(1),
    arenaBytes: fc.integer({ min: 1, max: 4 }).map((pages) => pages * 65_536),
    captureFrames: fc.nat(100_000),
    ceiling: fc.constantFrom(0, 1),
  });
  fc.assert(fc.property(dimensions, (given) => {
    const g = geometryOf(given);
    const starts = [
      g.seatOffset,
      g.ringOffset,
      g.sealOffset,
      g.logOffset,
      g.inputOffset,
      g.deliveredOffset,
      g.workOffset,
      g.snapshotOffset,
      g.captureOffset,
    ];
    const sizes = [
      g.seatBytes * g.seatCount,
      g.ringBytes * g.seatCount,
      g.sealCount * 4,
      g.logCapacity * 32,
      g.inputSlots * g.inputSlotBytes,
      g.deliveredCount * g.deliveredBytes,
      given.blockFrames * given.channels * 4,
      g.snapshotBytes * g.snapshotCount,
      g.captureFrames * given.channels * 4,
    ];
    starts.forEach((start, index) => {
      assert.equal(start % lineBytes, 0);
      assert.ok(start + sizes[index] <= (starts[index + 1] ?? g.totalBytes));
    });
    assert.ok(
      g.ringSlots >= 2 * given.lookaheadBlocks && g.sealCount * given.blockFrames >= 12 * given.sampleRateHz,
    );
    const outputBytes = g.outputSlots * g.outputSlotBytes;
    assert.ok(given.channels <= 8 ? g.outputSlots === g.sealCount : outputBytes <= maxOutputRingBytes);
    assert.ok(g.totalBytes < 2 ** 32 && Number.isInteger(Math.log2(g.outputSlots)));
  }));
});

Deno.test("what is noted of a block of two channels fits into one cache line, of eight into two", () => {
  const bytesOf = (channels: number) => testMemory({ channels }).geometry.deliveredBytes;
  assert.deepEqual([1, 2, 8, 64].map(bytesOf), [64, 64, 128, 832]);
});

Deno.test("rounding goes up, and stays on what fits", () => {
  assert.deepEqual([roundUp(0, 16), roundUp(1, 16), roundUp(16, 16)], [0, 16, 16]);
  assert.deepEqual([powerOfTwoAtLeast(0), powerOfTwoAtLeast(5), powerOfTwoAtLeast(8)], [1, 8, 8]);
});
