/**
 * Packets on a stream of bytes. OSC 1.0 writes the size before each packet (4 bytes, big-endian), OSC 1.1 wraps each in
 * SLIP (RFC 1055), with END at both sides; older clients put END only behind it, and a few write bare messages. The first
 * byte tells which: no size of a packet that is let in begins with a byte other than 0, and no packet begins with END. The
 * size of an unfinished packet is bounded.
 */
import { OscMalformedError } from "../packet/codec.ts";
import { messageLength } from "../packet/message_length.ts";

/** Ways to mark packets on a stream that can be asked for. */
export const framings = ["slip", "length"] as const;

/** How packets are marked on a stream; `none`: messages follow each other, and their type tags tell their ends. */
export type Framing = typeof framings[number] | "none";

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
  /** How the other side marks packets; undefined until it is known. */
  readonly framing: Framing | undefined;
}

/** Reader for a framing; `auto` recognises it by the first byte. */
export function frameReader(framing: Framing | "auto"): FrameReader {
  switch (framing) {
    case "auto":
      return new RecognisingReader();
    case "slip":
      return new SlipReader();
    case "length":
      return new LengthReader();
    case "none":
      return new BareReader();
  }
}

/** The framing that a stream with this first byte has; undefined where it has none of them. */
export function framingOf(firstByte: number): "slip" | "length" | undefined {
  if (firstByte === 0) return "length";
  return firstByte === end || firstByte === slash || firstByte === numberSign ? "slip" : undefined;
}

/** A packet as it goes onto the stream. */
export function frame(framing: Framing, packet: Uint8Array): Uint8Array<ArrayBuffer> {
  if (framing === "none") return new Uint8Array(packet);
  if (framing === "slip") return slipFrame(packet);
  const framed = new Uint8Array(4 + packet.length);
  new DataView(framed.buffer).setUint32(0, packet.length);
  framed.set(packet, 4);
  return framed;
}

/** RFC 1055. */
const [end, escape, escapedEnd, escapedEscape] = [0xC0, 0xDB, 0xDC, 0xDD];

/** The first bytes of messages and of bundles. */
const [slash, numberSign] = [0x2F, 0x23];

/** A bare message may have as many bytes: each piece of it is measured again from its beginning. */
const maxBareBytes = 4_096;

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

  /** Leaves out the first bytes. */
  drop(count: number): void {
    this.#bytes.copyWithin(0, count, this.length);
    this.length -= count;
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
  readonly framing = "slip";
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
  readonly framing = "length";
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

/** Messages without anything between them. Bundles do not say where they end, so they cannot be sent so. */
class BareReader implements FrameReader {
  readonly framing = "none";
  readonly #bytes = new FrameBuffer();

  get inside(): boolean {
    return this.#bytes.length > 0;
  }

  push(...[piece, onFrame]: Parameters<FrameReader["push"]>): void {
    this.#bytes.append(piece);
    while (this.#bytes.length > 0) {
      const { whole } = this.#bytes;
      if (whole[0] !== slash) {
        throw new OscMalformedError(0, `a message without framing, found ${shown(whole[0])}`);
      }
      const length = messageLength(whole.subarray(0, maxBareBytes));
      if (length === undefined && whole.length < maxBareBytes) return;
      if (length === undefined) {
        throw new OscMalformedError(
          maxBareBytes,
          `at most ${maxBareBytes} bytes in a message without framing`,
        );
      }
      onFrame(whole.subarray(0, length));
      this.#bytes.drop(length);
    }
  }
}

/**
 * Finds out how the other side marks packets. A stream that begins with a packet itself is SLIP without END before it, or
 * has no framing. It is SLIP where what comes before the first END is a whole message; else the byte behind the first bare
 * message tells. A whole message is handed on before that byte has come.
 */
class RecognisingReader implements FrameReader {
  #reader: FrameReader | undefined;
  readonly #bytes = new FrameBuffer();
  #isHandedOn = false;

  get framing(): Framing | undefined {
    return this.#reader?.framing ?? (this.#isHandedOn ? "none" : undefined);
  }

  get inside(): boolean {
    return this.#reader?.inside ?? this.#bytes.length > 0;
  }

  push(...[piece, onFrame, onMalformed]: Parameters<FrameReader["push"]>): void {
    if (this.#reader) return this.#reader.push(piece, onFrame, onMalformed);
    if (piece.length === 0) return;
    this.#bytes.append(piece);
    this.#reader = this.#recognise(onFrame);
    this.#reader?.push(this.#bytes.whole, onFrame, onMalformed);
  }

  #recognise(onFrame: (bytes: Uint8Array<ArrayBuffer>) => void): FrameReader | undefined {
    const { whole } = this.#bytes;
    const first = framingOf(whole[0]);
    if (first === undefined) {
      throw new OscMalformedError(
        0,
        `0xc0, "/" or "#" of SLIP, or 0x00 of a size, found ${shown(whole[0])}: framing is what ` +
          "UNDERSTUDY_OSC_TCP_FRAMING lists",
      );
    }
    if (first === "length" || whole[0] === end) return frameReader(first);
    if (beginsWithSlipMessage(whole)) return new SlipReader();
    const length = messageLength(whole.subarray(0, maxBareBytes));
    if (whole[0] === slash && length !== undefined) {
      if (whole[length] === slash || (this.#isHandedOn && length === whole.length)) return new BareReader();
      if (length === whole.length) {
        onFrame(whole);
        this.#isHandedOn = true;
        this.#bytes.length = 0;
        return undefined;
      }
    }
    return whole.includes(end) || whole.length > maxBareBytes ? new SlipReader() : undefined;
  }
}

/**
 * Whether the bytes before the first END are a whole message, read as SLIP. Escapes make a message longer, so that measured as it
 * stands its end may seem to lie behind END.
 */
function beginsWithSlipMessage(bytes: Uint8Array): boolean {
  let isMessage = false;
  const first = bytes.subarray(0, bytes.indexOf(end) + 1);
  new SlipReader().push(first, (packet) => isMessage = messageLength(packet) === packet.length, () => {});
  return isMessage;
}

function shown(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
