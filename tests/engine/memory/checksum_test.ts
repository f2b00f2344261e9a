import assert from "node:assert/strict";
import fc from "fast-check";
import { ArenaChecksum, checksumOf, compileChecksum } from "../../../engine/memory/checksum.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { publishBlock, takeFrames } from "../../../testing/engine/callback_by_hand.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { fixed } from "../../../engine/memory/layout.ts";

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

Deno.test("the checksum of a region takes the state of every register in, for any words", () => {
  const stir = (lane: number, word: number) => {
    const mixed = lane ^ word;
    return (Math.imul((mixed << 13) | (mixed >>> 19), 0x9E3779B1) + 0x165667B1) | 0;
  };
  const mix = (a: number, b: number) => {
    const sum = (a + ((b << 16) | (b >>> 16))) | 0;
    const mixed = Math.imul(sum ^ (sum >>> 15), 0x2C1B3C6D);
    return mixed ^ (mixed >>> 13);
  };
  fc.assert(fc.property(fc.uint32Array({ maxLength: 300 }), fc.nat(64), (given, place) => {
    const words = new Uint32Array(Math.ceil(given.length / 16) * 16);
    words.set(given);
    const lanes = Array.from(
      { length: 16 },
      (_, lane) => [0x9E3779B9, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F][lane % 4],
    );
    words.forEach((word, index) => lanes[index % 16] = stir(lanes[index % 16], word));
    for (let lane = 4; lane < 16; lane++) lanes[lane % 4] = stir(lanes[lane % 4], lanes[lane]);
    arena.set(new Uint8Array(words.buffer), place * 64);
    assert.deepEqual(
      { low: checksum.ofRegion(place * 64, words.length * 4), high: checksum.high },
      { low: mix(lanes[0], lanes[1]), high: mix(lanes[2], lanes[3]) },
    );
  }));
});

Deno.test("every single flipped bit changes the checksum of a region, in whichever register", () => {
  const words = new Uint32Array(memory.buffer, 0, 64);
  const region = () => [checksum.ofRegion(0, 256), checksum.high].join();
  const before = region();
  for (let bit = 0; bit < 64 * 32; bit++) {
    words[bit >>> 5] ^= 1 << (bit & 31);
    assert.notEqual(region(), before);
    words[bit >>> 5] ^= 1 << (bit & 31);
  }
});

Deno.test("the native callback gives the same checksum as the renderers", async () => {
  const { native } = await nativeForTests();
  const shared = testMemory({ blockFrames: 48, channels: 1 });
  const samples = Float32Array.from({ length: 48 }, (_, index) => Math.fround(Math.sin(index)));
  publishBlock(shared, { ring: 0, block: 0, samples });
  shared.words[fixed.control.roleRing.index] = 1;
  shared.words[fixed.control.play.index] = 1;
  assert.deepEqual(takeFrames(native, shared), samples);
  assert.equal(shared.counter("tornBlocks"), 0);
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
