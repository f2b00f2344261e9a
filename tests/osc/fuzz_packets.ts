import { encodePacket, type OscArgument, type OscBundle, type OscMessage } from "../../osc/packet/codec.ts";
import { immediately } from "../../osc/packet/time_tag.ts";
import type { SeededRandom } from "../../testing/seeded_random.ts";
import { timeTagOf } from "../../testing/osc/time_tag_of.ts";

const of = (type: "i" | "f", value: number): OscArgument => ({ type, value });
const note: OscMessage = { address: "/note", args: [of("i", 60), of("f", 0.5)] };
const everyType: OscMessage = {
  address: "/every/type",
  args: [
    of("i", 1),
    of("f", 2),
    { type: "s", value: "text" },
    { type: "b", value: new Uint8Array(13) },
    { type: "h", value: 1n },
    { type: "t", value: immediately },
    { type: "d", value: 3 },
    { type: "S", value: "symbol" },
    { type: "c", value: "c" },
    { type: "r", value: { red: 1, green: 2, blue: 3, alpha: 4 } },
    { type: "m", value: [0, 0x90, 60, 127] },
    { type: "T" },
    { type: "F" },
    { type: "N" },
    { type: "I" },
    { type: "a", value: [of("i", 1), { type: "a", value: [of("f", 2)] }] },
  ],
};
const nested = (depth: number): OscBundle => ({
  timeTag: immediately,
  elements: depth > 1 ? [note, nested(depth - 1)] : [note],
});

/** Valid packets that the fuzzer starts from: what the engine understands, and what stretches the codec and the matcher. */
const valid: readonly (OscMessage | OscBundle)[] = [
  note,
  { address: "/note", args: [of("i", 1), of("i", 64), of("f", 0.2)] },
  { address: "/off", args: [of("i", 60)] },
  { address: "/pedal", args: [of("i", 1)] },
  { address: "/pedal", args: [of("i", 0)] },
  { address: "/panic", args: [] },
  { address: "/synth/pan", args: [of("f", 0.5)] },
  { address: "/synth/attackSeconds", args: [of("f", 0.1)] },
  { address: "/master/gainDb", args: [of("f", -6)] },
  { address: "/status", args: [] },
  { address: "/version", args: [] },
  { address: "/sync", args: [of("i", 1)] },
  { address: "/engine/failover", args: [] },
  { address: "/engine/fault", args: [{ type: "s", value: "kill" }, { type: "s", value: "primary" }] },
  { address: "/quit", args: [] },
  { address: "/synth/*Seconds", args: [of("f", 0.2)] },
  { address: "//{pan,gainDb}", args: [of("f", 0.1)] },
  { address: "/[a-z]*/?[!x]*", args: [of("f", 0)] },
  { address: "/" + "{a,aa,}".repeat(30), args: [] },
  everyType,
  nested(8),
  { timeTag: immediately, elements: Array.from({ length: 20 }, () => note) },
  { timeTag: timeTagOf(0), elements: [note, everyType] },
  { timeTag: { seconds: 0xFFFFFFFF, fraction: 0xFFFFFFFF }, elements: [note] },
];

const maxPacketBytes = 4_096;

/** Packets without end, each the same for the same seed: some valid, most broken in one or several ways. */
export class FuzzPackets {
  readonly #random: SeededRandom;
  readonly #corpus = valid.map((packet) => encodePacket(packet));
  readonly #buffer = new Uint8Array(maxPacketBytes);

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** The next packet, valid until the one after it. May be empty. */
  next(): Uint8Array<ArrayBuffer> {
    const random = this.#random;
    if (random.below(50) === 0) return this.#noise(random.below(200));
    const from = this.#corpus[random.below(this.#corpus.length)];
    this.#buffer.set(from);
    let length = from.length;
    for (let change = random.below(4); change >= 0; change--) {
      const at = random.below(Math.max(1, length));
      switch (random.below(8)) {
        case 0: // one bit
          this.#buffer[at] ^= 1 << random.below(8);
          break;
        case 1: // one byte
          this.#buffer[at] = random.below(256);
          break;
        case 2: // a size or a number at its limits
          this.#buffer.fill([0, 0x7F, 0x80, 0xFF][random.below(4)], at, Math.min(length, at + 4));
          break;
        case 3: // the end cut off, anywhere
          length = at;
          break;
        case 4: // the end cut off, at a word
          length = at & ~3;
          break;
        case 5: { // more at the end
          const more = random.below(64);
          this.#buffer.fill(random.below(256), length, length + more);
          length += more;
          break;
        }
        case 6: { // a piece of another packet
          const other = this.#corpus[random.below(this.#corpus.length)];
          const piece = other.subarray(random.below(other.length) & ~3).subarray(0, maxPacketBytes - at);
          this.#buffer.set(piece, at & ~3);
          length = Math.max(length, (at & ~3) + piece.length);
          break;
        }
        case 7: // a character that means something
          this.#buffer[at] = "/,#[]{}*?ifsbhtdScrmTFNI\0".charCodeAt(random.below(25));
      }
      if (length > maxPacketBytes / 2) length = maxPacketBytes / 2;
    }
    return this.#buffer.subarray(0, length);
  }

  #noise(length: number): Uint8Array<ArrayBuffer> {
    for (let at = 0; at < length; at++) this.#buffer[at] = this.#random.below(256);
    return this.#buffer.subarray(0, length);
  }
}
