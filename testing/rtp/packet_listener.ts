import assert from "node:assert/strict";

/** A packet as it came. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array<ArrayBuffer>;
  /** The whole of it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Listens at a free port of the loopback. To be closed. */
export class PacketListener {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #packets: RtpPacket[] = [];
  readonly #reading: Promise<void>;

  constructor() {
    this.#reading = this.#read();
  }

  get port(): number {
    return (this.#socket.addr as Deno.NetAddr).port;
  }

  get packets(): readonly RtpPacket[] {
    return this.#packets;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const [data] of this.#socket) {
      const bytes = Uint8Array.from(data);
      const view = new DataView(bytes.buffer);
      if (bytes[0] !== 0x80) throw new Error(`no packet of RTP: it begins with ${bytes[0]}`);
      this.#packets.push({
        payloadType: bytes[1],
        sequence: view.getUint16(2),
        timestamp: view.getUint32(4),
        ssrc: view.getUint32(8),
        payload: bytes.slice(12),
        bytes,
      });
    }
  }
}

/** Payloads one after the other, without the silence before and behind. */
export function soundOf(payloads: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(payloads.reduce((length, { length: more }) => length + more, 0));
  payloads.reduce((at, payload) => (whole.set(payload, at), at + payload.length), 0);
  return withoutSilence(whole);
}

/** Bytes from the first to the last that is not 0. */
export function withoutSilence(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? new Uint8Array() : bytes.slice(first, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

/** Samples as they stand in packets: whole numbers of 16 or 24 bits, the largest byte first. */
export function networkSamples(integers: Int32Array, sampleBytes: 2 | 3): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(integers.length * sampleBytes);
  integers.forEach((value, index) => {
    for (let byte = 0; byte < sampleBytes; byte++) {
      bytes[index * sampleBytes + byte] = value >> (8 * (sampleBytes - 1 - byte));
    }
  });
  return bytes;
}

/** Fails with the first byte that differs. For sound of any length: a whole comparison of two that differ takes minutes. */
export function assertSameBytes(found: Uint8Array, wanted: Uint8Array, what: string): void {
  const at = found.findIndex((byte, index) => byte !== wanted[index]);
  if (at < 0 && found.length === wanted.length) return;
  throw new assert.AssertionError({
    message: `${what}: ${found.length} bytes, wanted ${wanted.length}; the first that differs is ${at}`,
  });
}
