/**
 * The project's one checksum, over little-endian 32-bit words. Four lanes start at different constants; each takes every
 * fourth word w by
 *
 *     h = rotl(h xor w, 13) · 0x9E3779B1 + 0x165667B1   (mod 2^32)
 *
 * and two words come out, `low` of the first two lanes and `high` of the others. A last group of fewer than four words is
 * filled up with zeros. The rotation makes every bit of a word reach every bit of the lane, so that two flipped signs do
 * not cancel out; four lanes are one SIMD register. It guards against accidents, not against people.
 *
 * `ffi/native/callback.c` has the same arithmetic; tests compare all three.
 *
 * Each step waits for the one before, so this reads a fraction of what a processor can. Regions of the state, which every renderer
 * checks all the time, have a checksum of four such registers that take every fourth group of four words, and that are taken into
 * the first one at the end.
 */
import { assemble } from "../../compiler/wasm/assemble.ts";

/** Start of the four lanes, multiplier and summand: the primes of xxHash (Y. Collet). */
const starts = [0x9E3779B9, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F] as const;
const multiplier = 0x9E3779B1;
const summand = 0x165667B1;

const splat = (value: number) => `(v128.const i32x4 ${value} ${value} ${value} ${value})`;

/** Four registers that do not wait for each other. */
const registers = [0, 1, 2, 3] as const;

/** The text of `$stir` in place: a call for each group would cost as much as the work. */
const stirInPlace = (register: number, words: string) => `
      (local.set $h${register} (v128.xor (local.get $h${register}) ${words}))
      (local.set $h${register} (v128.or (i32x4.shl (local.get $h${register}) (i32.const 13)) (i32x4.shr_u (local.get $h${register}) (i32.const 19))))
      (local.set $h${register} (i32x4.add (i32x4.mul (local.get $h${register}) ${splat(multiplier)}) ${
  splat(summand)
}))`;

/** Reads an arena that is imported as memory; the high word is kept until asked for. */
export const checksumWat = `(module
  (import "arena" "memory" (memory 0))
  (global $high (mut i32) (i32.const 0))

  (func $stir (param $h v128) (param $words v128) (result v128)
    (local.set $h (v128.xor (local.get $h) (local.get $words)))
    (local.set $h (v128.or (i32x4.shl (local.get $h) (i32.const 13)) (i32x4.shr_u (local.get $h) (i32.const 19))))
    (i32x4.add (i32x4.mul (local.get $h) ${splat(multiplier)}) ${splat(summand)}))

  (func $mix (param $a i32) (param $b i32) (result i32) (local $x i32)
    (local.set $x (i32.add (local.get $a) (i32.rotl (local.get $b) (i32.const 16))))
    (local.set $x (i32.mul (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 15))) (i32.const 0x2C1B3C6D)))
    (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 13))))

  (func (export "checksum_low") (param $offset i32) (param $bytes i32) (result i32)
    (local $h v128) (local $end i32) (local $rest v128) (local $left i32)
    (local.set $h (v128.const i32x4 ${starts.join(" ")}))
    (local.set $end (i32.add (local.get $offset) (i32.and (local.get $bytes) (i32.const -16))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $offset) (local.get $end)))
      (local.set $h (call $stir (local.get $h) (v128.load (local.get $offset))))
      (local.set $offset (i32.add (local.get $offset) (i32.const 16)))
      (br $next)))
    (local.set $left (i32.and (local.get $bytes) (i32.const 12)))
    (if (local.get $left) (then
      (local.set $rest (v128.load32_zero (local.get $offset)))
      (if (i32.ge_u (local.get $left) (i32.const 8))
        (then (local.set $rest (i32x4.replace_lane 1 (local.get $rest) (i32.load offset=4 (local.get $offset))))))
      (if (i32.ge_u (local.get $left) (i32.const 12))
        (then (local.set $rest (i32x4.replace_lane 2 (local.get $rest) (i32.load offset=8 (local.get $offset))))))
      (local.set $h (call $stir (local.get $h) (local.get $rest)))))
    (global.set $high (call $mix (i32x4.extract_lane 2 (local.get $h)) (i32x4.extract_lane 3 (local.get $h))))
    (call $mix (i32x4.extract_lane 0 (local.get $h)) (i32x4.extract_lane 1 (local.get $h))))

  (func (export "region_low") (param $offset i32) (param $bytes i32) (result i32)
    ${registers.map((register) => `(local $h${register} v128)`).join(" ")} (local $end i32)
    ${
  registers.map((register) => `(local.set $h${register} (v128.const i32x4 ${starts.join(" ")}))`).join(
    "\n    ",
  )
}
    (local.set $end (i32.add (local.get $offset) (local.get $bytes)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $offset) (local.get $end)))${
  registers.map((register) =>
    stirInPlace(register, `(v128.load offset=${16 * register} (local.get $offset))`)
  )
    .join("")
}
      (local.set $offset (i32.add (local.get $offset) (i32.const 64)))
      (br $next)))${
  registers.slice(1).map((register) => stirInPlace(0, `(local.get $h${register})`)).join("")
}
    (global.set $high (call $mix (i32x4.extract_lane 2 (local.get $h0)) (i32x4.extract_lane 3 (local.get $h0))))
    (call $mix (i32x4.extract_lane 0 (local.get $h0)) (i32x4.extract_lane 1 (local.get $h0))))

  (func (export "checksum_high") (result i32) (global.get $high))
)`;

/** The checksum as a module, once for all renderers. */
export function compileChecksum(): WebAssembly.Module {
  return new WebAssembly.Module(assemble(checksumWat, "checksum"));
}

interface ChecksumExports {
  checksum_low(offset: number, bytes: number): number;
  region_low(offset: number, bytes: number): number;
  checksum_high(): number;
}

/** Checksums of parts of one arena. Renderer threads; allocates nothing. */
export class ArenaChecksum {
  readonly #exports: ChecksumExports;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    this.#exports = new WebAssembly.Instance(module, { arena: { memory } })
      .exports as unknown as ChecksumExports;
  }

  /** Low word over `bytes` (a multiple of 4) from `offset` on. Traps outside of the arena. */
  of(offset: number, bytes: number): number {
    return this.#exports.checksum_low(offset, bytes);
  }

  /** Low word over a region of `bytes` (a multiple of 64) from `offset` on. Traps outside of the arena. */
  ofRegion(offset: number, bytes: number): number {
    return this.#exports.region_low(offset, bytes);
  }

  /** High word of the last {@link of} or {@link ofRegion}. */
  get high(): number {
    return this.#exports.checksum_high();
  }
}

/** The same without WebAssembly, for any bytes whose number is a multiple of 4. Signed words, as WebAssembly gives them. */
export function checksumOf(bytes: Uint8Array): { low: number; high: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lanes: number[] = [...starts];
  const words = Math.ceil(bytes.length / 16) * 4;
  for (let word = 0; word < words; word++) {
    const value = word * 4 < bytes.length ? view.getUint32(word * 4, true) : 0;
    lanes[word % 4] = stir(lanes[word % 4], value);
  }
  return { low: mix(lanes[0], lanes[1]), high: mix(lanes[2], lanes[3]) };
}

function stir(lane: number, word: number): number {
  return (Math.imul(rotate(lane ^ word, 13), multiplier) + summand) | 0;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function mix(a: number, b: number): number {
  let x = (a + rotate(b, 16)) | 0;
  x = Math.imul(x ^ (x >>> 15), 0x2C1B3C6D);
  return x ^ (x >>> 13);
}
