/** Broken files from good ones. The same generator gives the same files. */
import type { SeededRandom } from "../../testing/seeded_random.ts";

const words = [
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  0x7fff,
  0x8000,
  0xffff,
  0x7fff_f000,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_ffff,
];

/** Numbers and marks that readers of text have to refuse, or to take in their stride. */
const texts = [
  ...[
    "0",
    "-1",
    "1e999",
    "-1e-999",
    "NaN",
    "9007199254740993",
    "4294967296",
    "1/0",
    "0/1",
    "2957/2048!Gb",
    ".",
    "-",
  ],
  ...[
    "[[[[",
    "]]]]",
    "{}",
    "null",
    "true",
    '""',
    '"\\ud800"',
    "\ufeff",
    "\0",
    "é",
    "\r",
    "/",
    "//",
    ",",
    " ".repeat(300),
  ],
];

type Mutation = (
  bytes: Uint8Array<ArrayBuffer>,
  random: SeededRandom,
  other: Uint8Array,
) => Uint8Array<ArrayBuffer>;

/** What lies between two places is replaced. */
function spliced(bytes: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(from + middle.length + bytes.length - to);
  whole.set(bytes.subarray(0, from));
  whole.set(middle, from);
  whole.set(bytes.subarray(to), from + middle.length);
  return whole;
}

/** Two places in order, most of them near each other. */
function stretch(length: number, random: SeededRandom): readonly [from: number, to: number] {
  const from = random.below(length + 1);
  return [from, Math.min(length, from + random.below(random.chance(0.8) ? 40 : length + 1))];
}

const inBytes: readonly Mutation[] = [
  (bytes, random) => {
    if (bytes.length > 0) bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    return bytes;
  },
  (bytes, random) => {
    if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  (bytes, random) => {
    const size = random.pick([2, 4]);
    if (bytes.length < size) return bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    // headers are at the beginning
    const at = random.below(Math.min(bytes.length - size + 1, random.chance(0.7) ? 80 : bytes.length));
    const value = random.chance(0.8) ? random.pick(words) : bytes.length - random.below(20);
    if (size === 2) view.setUint16(at, value, random.chance(0.5));
    else view.setUint32(at, value, random.chance(0.5));
    return bytes;
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random) => spliced(bytes, ...stretch(bytes.length, random), new Uint8Array()),
  (bytes, random) => {
    const [from, to] = stretch(bytes.length, random);
    return spliced(bytes, from, from, bytes.subarray(from, to));
  },
  (bytes, random) => spliced(bytes, ...stretch(bytes.length, random), new Uint8Array(random.below(64))),
  (bytes, random, other) =>
    spliced(bytes, ...stretch(bytes.length, random), other.subarray(...stretch(other.length, random))),
];

const inText: readonly Mutation[] = [
  (bytes, random) => {
    const text = new TextDecoder().decode(bytes);
    const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?/g)];
    if (numbers.length === 0) return bytes;
    const { index, 0: { length } } = random.pick(numbers);
    return new TextEncoder().encode(text.slice(0, index) + random.pick(texts) + text.slice(index + length));
  },
  (bytes, random) =>
    spliced(bytes, ...stretch(bytes.length, random), new TextEncoder().encode(random.pick(texts))),
  (bytes, random) => {
    const lines = new TextDecoder().decode(bytes).split("\n");
    lines.splice(
      random.below(lines.length),
      random.below(3),
      ...Array.from({ length: random.below(3) }, () => random.pick(lines)),
    );
    return new TextEncoder().encode(lines.join("\n"));
  },
];

/**
 * Changes a copy of a file in one to four places, a text in one or two.
 *
 * @param other a file that pieces may come from
 */
export function mutated(
  original: Uint8Array,
  other: Uint8Array,
  { isText, random }: { readonly isText: boolean; readonly random: SeededRandom },
): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer> = original.slice();
  for (let left = 1 + random.below(isText ? 2 : 4); left > 0; left--) {
    const mutations = isText && random.chance(0.7) ? inText : inBytes;
    bytes = random.pick(mutations)(bytes, random, other);
  }
  return bytes;
}
