/**
 * Bytes to packets, in one pass. Allocates at most in proportion to the bytes of the packet; every error names the byte.
 * Strict where the specification is clear, so that every packet that is accepted can be written again as the same bytes:
 * padding is zero, nothing follows the last argument, text is valid UTF-8. Main isolate.
 */
import {
  maxArrayDepth,
  maxBundleDepth,
  maxElements,
  type OscArgument,
  type OscBundle,
  OscMalformedError,
  type OscMessage,
  OscUnrecognisedError,
  withoutStack,
} from "./packet.ts";
import { TextCache } from "./text_cache.ts";

/** `#bundle` and its zero, as two big-endian words. */
const bundleWords = [0x2362756E, 0x646C6500] as const;

const slash = 0x2F;
const comma = 0x2C;
const numberSign = 0x23;
const arrayStart = 0x5B;
const arrayEnd = 0x5D;

/** Arguments without data; one object of each serves all messages. */
const bare: Readonly<Record<number, OscArgument>> = {
  0x54: Object.freeze({ type: "T" }),
  0x46: Object.freeze({ type: "F" }),
  0x4E: Object.freeze({ type: "N" }),
  0x49: Object.freeze({ type: "I" }),
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads one packet after the other; keeps short texts for the next ones. */
export class PacketReader {
  readonly #texts = new TextCache((bytes, from, to) => this.#decode(bytes, from, to));
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  /** The start of the packet in its buffer, and the byte to read next. */
  #base = 0;
  #at = 0;
  /** The next type tag of the present message, and the end of its type tags. */
  #tag = 0;
  #lastTag = 0;
  #elements = 0;
  #isNumbered = false;
  #discarded: ((error: OscUnrecognisedError) => void) | undefined;

  /**
   * One packet; nothing of the result refers to `bytes`.
   *
   * @param discarded called for each message of a bundle that is left out because it holds an unknown type tag; without it,
   *   such a message is an error like any other
   * @param isNumbered whether a message may begin with a command number of scsynth, which becomes its address in digits
   * @throws {OscMalformedError}
   */
  read(
    bytes: Uint8Array,
    discarded?: (error: OscUnrecognisedError) => void,
    isNumbered = false,
  ): OscMessage | OscBundle {
    this.#isNumbered = isNumbered;
    if (this.#bytes.buffer !== bytes.buffer) {
      this.#bytes = new Uint8Array(bytes.buffer);
      this.#view = new DataView(bytes.buffer);
    }
    this.#base = this.#at = bytes.byteOffset;
    this.#elements = 0;
    this.#discarded = discarded;
    return this.#packet(bytes.byteOffset + bytes.length, 1);
  }

  #packet(end: number, depth: number): OscMessage | OscBundle {
    const size = end - this.#at;
    if (size === 0) throw this.#malformed(this.#at, "a message or a bundle, found an empty packet");
    if (size % 4 !== 0) {
      throw this.#malformed(this.#at, `a size that is a multiple of 4, found ${size} bytes`);
    }
    const first = this.#bytes[this.#at];
    if (first === slash || (first === 0 && this.#isNumbered)) return this.#message(end);
    if (first === numberSign) return this.#bundle(end, depth);
    throw this.#malformed(this.#at, `an address that starts with "/", or #bundle, found ${shown(first)}`);
  }

  #bundle(end: number, depth: number): OscBundle {
    const start = this.#at;
    if (
      end - start < 8 || this.#view.getUint32(start) !== bundleWords[0] ||
      this.#view.getUint32(start + 4) !== bundleWords[1]
    ) throw this.#malformed(start, `#bundle and a zero`);
    if (end - start < 16) {
      throw this.#malformed(start + 8, `a time tag of 8 bytes, found ${end - start - 8}`);
    }
    if (depth > maxBundleDepth) {
      throw this.#malformed(start, `at most ${maxBundleDepth} bundles inside each other`);
    }
    const timeTag = {
      seconds: this.#view.getUint32(start + 8),
      fraction: this.#view.getUint32(start + 12),
    };
    const elements: (OscMessage | OscBundle)[] = [];
    this.#at = start + 16;
    while (this.#at < end) {
      const size = this.#view.getInt32(this.#at);
      if (size < 0 || size > end - this.#at - 4) {
        throw this.#malformed(
          this.#at,
          `an element size of at most ${end - this.#at - 4}, found ${size}`,
        );
      }
      if (this.#elements++ === maxElements) {
        throw this.#malformed(this.#at, `at most ${maxElements} messages and bundles in a packet`);
      }
      this.#at += 4;
      const elementEnd = this.#at + size;
      try {
        elements.push(this.#packet(elementEnd, depth + 1));
      } catch (error) {
        if (!(error instanceof OscUnrecognisedError) || !this.#discarded) throw error;
        this.#discarded(error);
        this.#at = elementEnd;
      }
    }
    return { timeTag, elements };
  }

  #message(end: number): OscMessage {
    const address = this.#bytes[this.#at] === 0 ? this.#commandNumber() : this.#text(end, "an address");
    if (this.#at === end) return { address, args: [] };
    if (this.#bytes[this.#at] !== comma) {
      throw this.#malformed(
        this.#at,
        `type tags that start with ",", found ${shown(this.#bytes[this.#at])}`,
      );
    }
    this.#tag = this.#at + 1;
    this.#lastTag = this.#skipText(end, "type tags");
    const args = this.#arguments(end, 0);
    if (this.#at !== end) {
      throw this.#malformed(
        this.#at,
        `the end of the message after its last argument, found ${end - this.#at} more bytes`,
      );
    }
    return { address, args };
  }

  /** A number in place of an address: 32 bits, of which the first 8 are zero. */
  #commandNumber(): string {
    const number = this.#view.getUint32(this.#at);
    this.#at += 4;
    return String(number);
  }

  /** Arguments up to the end of the type tags, or of the array when `depth` is not 0. */
  #arguments(end: number, depth: number): OscArgument[] {
    const args: OscArgument[] = [];
    while (this.#tag < this.#lastTag) {
      const tag = this.#bytes[this.#tag];
      if (tag === arrayEnd && depth > 0) return args;
      if (tag === arrayStart) {
        if (depth === maxArrayDepth) {
          throw this.#malformed(this.#tag, `at most ${maxArrayDepth} arrays inside each other`);
        }
        this.#tag++;
        args.push({ type: "a", value: this.#arguments(end, depth + 1) });
      } else args.push(bare[tag] ?? this.#argument(tag, end));
      this.#tag++;
    }
    if (depth > 0) throw this.#malformed(this.#lastTag, `"]", found the end of the type tags`);
    return args;
  }

  #argument(tag: number, end: number): OscArgument {
    switch (tag) {
      case 0x69:
        return { type: "i", value: this.#view.getInt32(this.#skip(4, "i", end)) };
      case 0x66:
        return { type: "f", value: this.#view.getFloat32(this.#skip(4, "f", end)) };
      case 0x73:
        return { type: "s", value: this.#text(end, "a text") };
      case 0x62:
        return { type: "b", value: this.#blob(end) };
      case 0x68:
        return { type: "h", value: this.#view.getBigInt64(this.#skip(8, "h", end)) };
      case 0x64:
        return { type: "d", value: this.#view.getFloat64(this.#skip(8, "d", end)) };
      case 0x53:
        return { type: "S", value: this.#text(end, "a symbol") };
      case 0x74: {
        const at = this.#skip(8, "t", end);
        return {
          type: "t",
          value: { seconds: this.#view.getUint32(at), fraction: this.#view.getUint32(at + 4) },
        };
      }
      case 0x63:
        return { type: "c", value: this.#character(end) };
      case 0x72: {
        const at = this.#skip(4, "r", end);
        const [red, green, blue, alpha] = this.#bytes.subarray(at, at + 4);
        return { type: "r", value: { red, green, blue, alpha } };
      }
      case 0x6D: {
        const at = this.#skip(4, "m", end);
        const [port, status, first, second] = this.#bytes.subarray(at, at + 4);
        return { type: "m", value: [port, status, first, second] };
      }
      case arrayEnd:
        throw this.#malformed(this.#tag, `"]" only after "["`);
      default:
        throw withoutStack(() =>
          new OscUnrecognisedError(
            this.#tag - this.#base,
            `a type tag of ifsbhtdScrmTFNI[], found ${shown(tag)}`,
          )
        );
    }
  }

  /** Goes past the next `size` bytes; returns their place. */
  #skip(size: number, tag: string, end: number): number {
    const at = this.#at;
    if (end - at < size) throw this.#malformed(at, `${size} bytes for "${tag}", found ${end - at}`);
    this.#at += size;
    return at;
  }

  #character(end: number): string {
    const at = this.#skip(4, "c", end);
    const code = this.#view.getUint32(at);
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      throw this.#malformed(at, `a character, found the number ${code}`);
    }
    return String.fromCodePoint(code);
  }

  #blob(end: number): Uint8Array<ArrayBuffer> {
    const at = this.#skip(4, "b", end);
    const size = this.#view.getInt32(at);
    if (size < 0 || size > end - this.#at) {
      throw this.#malformed(at, `a blob size of at most ${end - this.#at}, found ${size}`);
    }
    const blob = this.#bytes.slice(this.#at, this.#at + size);
    this.#at += size;
    this.#padding(-size & 3);
    return blob;
  }

  #text(end: number, what: string): string {
    const from = this.#at;
    let hash = 0;
    for (let at = from; at < end && this.#bytes[at] !== 0; at++) hash = (hash * 31 + this.#bytes[at]) | 0;
    const to = this.#skipText(end, what);
    return this.#texts.text(this.#bytes, from, to, hash);
  }

  #decode(bytes: Uint8Array, from: number, to: number): string {
    try {
      return utf8.decode(bytes.subarray(from, to));
    } catch {
      throw this.#malformed(from, "text in UTF-8");
    }
  }

  /** Goes past a text with its zeros; returns the end of the text. */
  #skipText(end: number, what: string): number {
    const from = this.#at;
    let to = from;
    while (to < end && this.#bytes[to] !== 0) to++;
    if (to === end) {
      throw this.#malformed(to, `a zero at the end of ${what} that starts at byte ${from - this.#base}`);
    }
    this.#at = to;
    this.#padding(4 - (to - from & 3));
    return to;
  }

  /** Sizes are multiples of 4 throughout, so padding never reaches beyond the packet. */
  #padding(size: number): void {
    for (const end = this.#at + size; this.#at < end; this.#at++) {
      if (this.#bytes[this.#at] !== 0) {
        throw this.#malformed(this.#at, `zero as padding, found ${shown(this.#bytes[this.#at])}`);
      }
    }
  }

  #malformed(at: number, expected: string): OscMalformedError {
    return withoutStack(() => new OscMalformedError(at - this.#base, expected));
  }
}

/** A byte as people read it. */
function shown(byte: number): string {
  return byte > 0x20 && byte < 0x7F
    ? `"${String.fromCharCode(byte)}"`
    : `0x${byte.toString(16).padStart(2, "0")}`;
}
