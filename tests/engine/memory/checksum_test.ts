import assert from "node:assert/strict";
import fc from "fast-check";
import { ArenaChecksum, checksumOf, compileChecksum } from "../../../engine/memory/checksum.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/test_memory.ts";
import { fixed, within } from "../../../engine/memory/layout.ts";
import { slotIndex, slotSamplesIndex } from "../../../engine/memory/places.ts";

const module = compileChecksum();
const memory = new WebAssembly.Memory({ initial: 1 });
const checksum = new ArenaChecksum(module, memory);
const arena = new Uint8Array(memory.buffer);

function both(offset: number, bytes: number) {
  return { low: checksum.of(offset, bytes), high: checksum.high };
}

Deno.test("WebAssembly and plain TypeScript give the same checksum for any words", () => {
  fc.assert(fc.property(fc.uint32Array({ maxLength: 300 }), fc.nat(64), (words, place) => {
    arena.set(new Uint8Array(words.buffer), place * 16);
    assert.deepEqual(both(place * 16, words.length * 4), checksumOf(new Uint8Array(words.buffer)));
  }));
});

Deno.test("the native callback gives the same checksum as the renderers", async () => {
  const { native } = await nativeForTests();
  const shared = testMemory({ blockFrames: 48, channels: 1 });
  const samples = Float32Array.from({ length: 48 }, (_, index) => Math.fround(Math.sin(index)));
  const { low, high } = checksumOf(new Uint8Array(samples.buffer));
  const slot = slotIndex(shared, 0, 0);
  shared.floats.set(samples, slotSamplesIndex(shared, 0, 0));
  shared.words[slot + within.slot.checksumLow.index] = low;
  shared.words[slot + within.slot.checksumHigh.index] = high;
  shared.words[fixed.control.roleRing.index] = 1;
  shared.words[fixed.control.play.index] = 1;
  const output = new Float32Array(48);
  native.symbols.us_callback(null, output, 48n, null, 0n, Deno.UnsafePointer.of(shared.bytes));
  assert.equal(shared.counter("tornBlocks"), 0);
  assert.deepEqual(output, samples);
});

Deno.test("every single flipped bit, and every pair of flipped signs, changes the checksum", () => {
  fc.assert(
    fc.property(
      fc.uint32Array({ minLength: 8, maxLength: 64 }),
      fc.nat(),
      fc.nat(),
      fc.nat(31),
      (words, a, b, bit) => {
        const bytes = () => checksumOf(new Uint8Array(words.buffer));
        const before = bytes();
        words[a % words.length] ^= 1 << bit;
        assert.notDeepEqual(bytes(), before);
        words[a % words.length] ^= 1 << bit;
        if (a % words.length === b % words.length) return;
        words[a % words.length] ^= 0x80000000;
        words[b % words.length] ^= 0x80000000;
        assert.notDeepEqual(bytes(), before);
      },
    ),
  );
});
