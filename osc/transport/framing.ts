/**
 * Packets on a stream of bytes. OSC 1.0 writes the size before each packet (4 bytes, big-endian), OSC 1.1 wraps each in
 * SLIP (RFC 1055), with END at both sides. The size of an unfinished packet is bounded.
 */
import { OscMalformedError } from "../packet/codec.ts";

/** Ways to mark packets on a stream. */
export const framings = ["slip", "length"] as const;
export type Framing = typeof framings[number];

/** The largest packet that a stream may carry, in bytes; as much as a datagram, rounded up. */
export const maxFrameBytes = 65_536;

/** Splits a stream into packets. One for each connection. */
export interface FrameReader {
  /**
   * Takes a piece of the stream, cut anywhere.
   *
   * @param onFrame called for each packet that is whole, with bytes that are valid until it returns
   * @param onMalformed called for bytes that cannot be a packet; reading goes on after them
   * @throws {OscMalformedError} when the rest of the stream cannot be split any more
   */
  push(
    piece: Uint8Array,
    onFrame: (bytes: Uint8Array<ArrayBuffer>) => void,
    onMalformed: (error: OscMalformedError) => void,
  ): void;
  /** Whether a packet has begun and not ended. */
  readonly inside: boolean;
}

/** Reader for a framing. */
export function frameReader(framing: Framing): FrameReader {
  return framing === "slip" ? new SlipReader() : new LengthReader();
}

/** A packet as it goes onto the stream. */
export function frame(framing: Framing, packet: Uint8Array): Uint8Array<ArrayBuffer> {
  if (framing === "slip") return slipFrame(packet);
  const framed = new Uint8Array(4 + packet.length);
  new DataView(framed.buffer).setUint32(0, packet.length);
  framed.set(packet, 4);
  return framed;
}

/** RFC 1055. */
const [end, escape, escapedEnd, escapedEscape] = [0xC0, 0xDB, 0xDC, 0xDD];

function slipFrame(packet: Uint8Array): Uint8Array<ArrayBuffer> {
  let special = 0;
  for (const byte of packet) if (byte === end || byte === escape) special++;
  const framed = new Uint8Array(packet.length + special + 2);
  let at = 0;
  framed[at++] = end;
  for (const byte of packet) {
    if (byte !== end && byte !== escape) framed[at++] = byte;
    else {
      framed[at++] = escape;
      framed[at++] = byte === end ? escapedEnd : escapedEscape;
    }
  }
  framed[at] = end;
  return framed;
}

/** A packet that is being received; grows to the largest so far. */
class FrameBuffer {
  #bytes = new Uint8Array(1_024);
  length = 0;

  push(byte: number): void {
    if (this.length === this.#bytes.length) this.#grow(this.length + 1);
    this.#bytes[this.length++] = byte;
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) this.#grow(this.length + bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  get whole(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length);
  }

  #grow(atLeast: number): void {
    const larger = new Uint8Array(Math.max(atLeast, this.#bytes.length * 2));
    larger.set(this.whole);
    this.#bytes = larger;
  }
}

/** An invalid escape, or a packet that is too large, loses that packet: reading continues at the next END. */
class SlipReader implements FrameReader {
  readonly #frame = new FrameBuffer();
  #escaping = false;
  #skipping = false;

  get inside(): boolean {
    return this.#frame.length > 0 || this.#escaping || this.#skipping;
  }

  push(...[piece, onFrame, onMalformed]: Parameters<FrameReader["push"]>): void {
    for (const byte of piece) {
      if (byte === end) this.#end(onFrame, onMalformed);
      else if (!this.#skipping) this.#byte(byte, onMalformed);
    }
  }

  #end(
    ...[onFrame, onMalformed]: [(bytes: Uint8Array<ArrayBuffer>) => void, (error: OscMalformedError) => void]
  ) {
    if (this.#escaping) {
      onMalformed(new OscMalformedError(this.#frame.length, "0xdc or 0xdd after 0xdb, found the end"));
    } else if (this.#frame.length > 0 && !this.#skipping) onFrame(this.#frame.whole);
    this.#frame.length = 0;
    this.#escaping = this.#skipping = false;
  }

  #byte(byte: number, onMalformed: (error: OscMalformedError) => void): void {
    let meant = byte;
    if (this.#escaping) {
      this.#escaping = false;
      if (byte !== escapedEnd && byte !== escapedEscape) {
        this.#skipping = true;
        return onMalformed(
          new OscMalformedError(this.#frame.length, `0xdc or 0xdd after 0xdb, found 0x${byte.toString(16)}`),
        );
      }
      meant = byte === escapedEnd ? end : escape;
    } else if (byte === escape) {
      this.#escaping = true;
      return;
    }
    if (this.#frame.length === maxFrameBytes) {
      this.#skipping = true;
      return onMalformed(new OscMalformedError(maxFrameBytes, `at most ${maxFrameBytes} bytes in a packet`));
    }
    this.#frame.push(meant);
  }
}

/** After an impossible size the next packet cannot be found. */
class LengthReader implements FrameReader {
  readonly #frame = new FrameBuffer();
  #size = 0;
  #sizeBytes = 0;

  get inside(): boolean {
    return this.#sizeBytes > 0;
  }

  push(...[piece, onFrame, onMalformed]: Parameters<FrameReader["push"]>): void {
    for (let at = 0; at < piece.length;) {
      if (this.#sizeBytes < 4) {
        this.#size = (this.#size << 8 | piece[at++]) >>> 0;
        if (++this.#sizeBytes < 4) continue;
        if (this.#size > maxFrameBytes) {
          throw new OscMalformedError(0, `a size of at most ${maxFrameBytes} bytes, found ${this.#size}`);
        }
      } else {
        const part = piece.subarray(at, at + this.#size - this.#frame.length);
        this.#frame.append(part);
        at += part.length;
      }
      if (this.#frame.length < this.#size) continue;
      if (this.#size > 0) onFrame(this.#frame.whole);
      else onMalformed(new OscMalformedError(0, "a message or a bundle, found an empty packet"));
      this.#frame.length = this.#size = this.#sizeBytes = 0;
    }
  }
}
