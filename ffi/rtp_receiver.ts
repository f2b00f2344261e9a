/** The receiver of an RTP stream, in the native part: its thread merges the legs, a device's thread plays them. Main isolate. */
import { interpolationFilter } from "./interpolation_filter.ts";
import { ipv4Text, ipv4Word } from "./ipv4.ts";
import type { NativeLibrary } from "./native_symbols.ts";
import { failedParts, SenderFailure } from "./rtp_sender.ts";

export interface ReceiverSocket {
  /** Group, or an address of this machine. */
  readonly address: string;
  readonly port: number;
  /** Interface that a group is joined at; undefined: as the system routes. */
  readonly via?: { readonly address: string; readonly index: number };
}

export interface ReceiverOptions {
  /** Devices that are opened for this memory from now on play the stream; omitted: a sender takes it as input. */
  readonly sharedMemory?: Deno.PointerObject;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly sampleBytes: 2 | 3;
  /** Undefined: any. */
  readonly payloadType: number | undefined;
  readonly latencyFrames: number;
  /** Whether the stream is resampled to the device's clock; false: frame for frame. */
  readonly match: boolean;
  readonly priority: number;
  readonly sockets: readonly ReceiverSocket[];
}

/** A sender that was heard at a socket. */
export interface ReceivedLeg {
  /** Address and port that it sends to. */
  readonly to: string;
  readonly from: string;
  readonly packets: number;
  /** Packets that came before the same of another leg: these are played. */
  readonly first: number;
  readonly duplicates: number;
  /** Packets that came after their time. */
  readonly late: number;
  /** Duplicates with other samples. */
  readonly differing: number;
  readonly longestBehindMs: number;
  readonly sinceMs: number;
}

/** How a receiver stands, as `ffi/native/rtp_receive.h` has it. */
export interface ReceiverState {
  readonly playedFrames: number;
  readonly lostPackets: number;
  readonly lostFrames: number;
  readonly resyncs: number;
  readonly restarts: number;
  readonly foreignPackets: number;
  /** How much faster than the device the sender is, in parts of a million. */
  readonly matchPpm: number;
  readonly fillFrames: number;
  readonly packetFrames: number;
  readonly ssrc: number;
  readonly isPlaying: boolean;
  readonly legs: readonly ReceivedLeg[];
}

const anyType = 2 ** 32 - 1;
const optionsBytes = 48;
const socketBytes = 16;
const maxSockets = 8;
const countsBytes = 72;
const legBytes = 56;
const maxLegs = 8;

/** An open receiver. To be closed once, after which it must not be used. */
export class RtpReceiver {
  readonly #symbols: NativeLibrary["symbols"];
  readonly #sockets: readonly ReceiverSocket[];
  readonly #state = new DataView(new ArrayBuffer(countsBytes + maxLegs * legBytes));

  private constructor(
    { symbols }: NativeLibrary,
    readonly pointer: Deno.PointerObject,
    sockets: readonly ReceiverSocket[],
  ) {
    this.#symbols = symbols;
    this.#sockets = sockets;
  }

  /** Opens the sockets and starts the thread. Throws {@link SenderFailure}. */
  static open(native: NativeLibrary, options: ReceiverOptions): RtpReceiver {
    const receiver = new BigUint64Array(1);
    const filter = interpolationFilter();
    const failure = native.symbols.us_receive_open(encodeOptions(options, filter), receiver);
    if (failure !== 0) throw new SenderFailure(failedParts[(failure >> 16) - 1], failure & 0xFFFF);
    return new RtpReceiver(native, Deno.UnsafePointer.create(receiver[0])!, options.sockets);
  }

  poll(): ReceiverState {
    const view = this.#state;
    this.#symbols.us_receive_poll(this.pointer, new Uint8Array(view.buffer));
    const count = (at: number) => Number(view.getBigUint64(at, true));
    const word = (at: number) => view.getUint32(at, true);
    return {
      playedFrames: count(0),
      lostPackets: count(8),
      lostFrames: count(16),
      resyncs: count(24),
      restarts: count(32),
      foreignPackets: count(40),
      matchPpm: Number(view.getBigInt64(48, true)) / 1_000,
      fillFrames: word(56),
      packetFrames: word(60),
      ssrc: word(64),
      isPlaying: word(68) !== 0,
      legs: Array.from({ length: maxLegs }, (_, leg) => countsBytes + leg * legBytes)
        .filter((at) => word(at + 48) !== 0)
        .map((at): ReceivedLeg => {
          const { address, port } = this.#sockets[word(at + 52)];
          return {
            to: `${address}:${port}`,
            from: ipv4Text(word(at + 48)),
            packets: count(at),
            first: count(at + 8),
            duplicates: count(at + 16),
            late: count(at + 24),
            differing: count(at + 32),
            longestBehindMs: word(at + 40) / 1_000,
            sinceMs: word(at + 44),
          };
        }),
    };
  }

  /** To be called once, when no device plays it any more. */
  async close(): Promise<void> {
    await this.#symbols.us_receive_close(this.pointer);
  }
}

/** `struct us_receive_options`; the filter is copied while it is opened. */
function encodeOptions(options: ReceiverOptions, filter: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { sharedMemory = null, sockets } = options;
  const bytes = new Uint8Array(optionsBytes + maxSockets * socketBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, Deno.UnsafePointer.value(sharedMemory), true);
  view.setBigUint64(8, Deno.UnsafePointer.value(Deno.UnsafePointer.of(filter)), true);
  [
    options.channels,
    options.sampleRateHz,
    options.sampleBytes,
    options.payloadType ?? anyType,
    options.latencyFrames,
    Number(options.match),
    sockets.length,
    options.priority,
  ].forEach((word, index) => view.setUint32(16 + index * 4, word, true));
  sockets.forEach(({ address, port, via }, index) => {
    const words = [ipv4Word(address), port, via ? ipv4Word(via.address) : 0, via?.index ?? 0];
    words.forEach((word, field) =>
      view.setUint32(optionsBytes + index * socketBytes + field * 4, word, true)
    );
  });
  return bytes;
}
