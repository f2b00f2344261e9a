import { isBundle, type OscArgument, type OscBundle, type OscMessage } from "./packet.ts";
import type { TimeTag } from "./time_tag.ts";

const utf8 = new TextEncoder();

/** Bytes of the types whose size is always the same. */
const fixedSizes: Readonly<Partial<Record<OscArgument["type"], number>>> = {
  i: 4,
  f: 4,
  d: 8,
  h: 8,
  c: 4,
  r: 4,
  m: 4,
};

interface WholeRange {
  readonly min: number;
  readonly max: number;
}

const unsigned8: WholeRange = { min: 0, max: 0xFF };
const unsigned32: WholeRange = { min: 0, max: 0xFFFFFFFF };
const signed32: WholeRange = { min: -0x80000000, max: 0x7FFFFFFF };

/** Packets to bytes. One buffer serves all packets and grows to the largest. Main isolate. */
export class PacketWriter {
  #bytes = new Uint8Array(64);
  /** Replaced together with the bytes: reserve first, then use it. */
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /**
   * The bytes of a packet, valid until the next call.
   *
   * @throws {TypeError} or {RangeError} when a value does not fit its type, naming both
   */
  write(packet: OscMessage | OscBundle): Uint8Array<ArrayBuffer> {
    this.#at = 0;
    this.#packet(packet);
    return this.#bytes.subarray(0, this.#at);
  }

  #packet(packet: OscMessage | OscBundle): void {
    if (!isBundle(packet)) return this.#message(packet);
    this.#text("#bundle");
    this.#timeTag(packet.timeTag);
    for (const element of packet.elements) {
      const place = this.#reserve(4);
      this.#packet(element);
      this.#view.setInt32(place, this.#at - place - 4);
    }
  }

  #message({ address, args }: OscMessage): void {
    if (!address.startsWith("/")) {
      throw new TypeError(`expected an address that starts with "/", found "${address}"`);
    }
    this.#text(address);
    this.#text(tagsOf(args));
    for (const arg of args) this.#argument(arg);
  }

  #argument(arg: OscArgument): void {
    const at = this.#reserve(fixedSizes[arg.type] ?? 0);
    switch (arg.type) {
      case "i":
        whole("i", arg.value, signed32);
        return this.#view.setInt32(at, arg.value);
      case "f":
        return this.#view.setFloat32(at, number("f", arg.value));
      case "d":
        return this.#view.setFloat64(at, number("d", arg.value));
      case "s":
      case "S":
        return this.#text(arg.value);
      case "b":
        return this.#blob(arg.value);
      case "h":
        if (BigInt.asIntN(64, arg.value) !== arg.value) {
          throw new RangeError(`h: expected 64 bits, found ${arg.value}`);
        }
        return this.#view.setBigInt64(at, arg.value);
      case "t":
        return this.#timeTag(arg.value);
      case "c": {
        const code = arg.value.codePointAt(0);
        if (code === undefined || String.fromCodePoint(code) !== arg.value || !arg.value.isWellFormed()) {
          throw new TypeError(`c: expected one character, found ${JSON.stringify(arg.value)}`);
        }
        return this.#view.setUint32(at, code);
      }
      case "r":
        return this.#octets(at, "r", [arg.value.red, arg.value.green, arg.value.blue, arg.value.alpha]);
      case "m":
        return this.#octets(at, "m", arg.value);
      case "a":
        for (const inner of arg.value) this.#argument(inner);
    }
  }

  #timeTag({ seconds, fraction }: TimeTag): void {
    whole("seconds of a time tag", seconds, unsigned32);
    whole("fraction of a time tag", fraction, unsigned32);
    const at = this.#reserve(8);
    this.#view.setUint32(at, seconds);
    this.#view.setUint32(at + 4, fraction);
  }

  #octets(at: number, tag: string, values: readonly number[]): void {
    if (values.length !== 4) throw new TypeError(`${tag}: expected 4 bytes, found ${values.length}`);
    for (const value of values) whole(tag, value, unsigned8);
    this.#bytes.set(values, at);
  }

  #blob(blob: Uint8Array): void {
    const at = this.#reserve(4 + (blob.length + 3 & ~3));
    this.#view.setInt32(at, blob.length);
    this.#bytes.set(blob, at + 4);
  }

  #text(text: string): void {
    const before = this.#at;
    this.#reserve(text.length * 3 + 4); // UTF-8 takes at most 3 bytes for each unit of UTF-16
    const end = (this.#ascii(text, before) ?? this.#unicode(text, before)) + 4 & ~3;
    this.#at = end;
  }

  /** Writes ASCII text, as nearly all texts are, and returns its end; undefined for other text. */
  #ascii(text: string, before: number): number | undefined {
    let over = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      over |= code - 1 | code; // negative for zero, above 0x7F outside of ASCII
      this.#bytes[before + index] = code;
    }
    return over >>> 7 === 0 ? before + text.length : undefined;
  }

  #unicode(text: string, before: number): number {
    if (text.includes("\0") || !text.isWellFormed()) {
      throw new TypeError(`expected text without zeros and lone surrogates, found ${JSON.stringify(text)}`);
    }
    this.#bytes.fill(0, before, before + text.length);
    return before + utf8.encodeInto(text, this.#bytes.subarray(before)).written;
  }

  /** Adds `size` bytes of zero at the end; returns their place. */
  #reserve(size: number): number {
    const at = this.#at;
    this.#at += size;
    if (this.#at > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#at, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    } else this.#bytes.fill(0, at, this.#at);
    return at;
  }
}

/** The type tags of arguments with their comma. */
function tagsOf(args: readonly OscArgument[]): string {
  if (args.length === 1 && args[0].type === "s") return ",s"; // nearly every answer
  return `,${listed(args)}`;
}

function listed(args: readonly OscArgument[]): string {
  let tags = "";
  for (const arg of args) tags += arg.type === "a" ? `[${listed(arg.value)}]` : arg.type;
  return tags;
}

function whole(what: string, value: number, { min, max }: WholeRange): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${what}: expected a whole number from ${min} to ${max}, found ${value}`);
  }
}

function number(tag: string, value: number): number {
  if (typeof value !== "number") throw new TypeError(`${tag}: expected a number, found ${value}`);
  return value;
}
