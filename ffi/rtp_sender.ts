/** The thread that sends RTP, in the native part: it calls the callback for each packet. Main isolate. */
import { DeviceDoor } from "./device_door.ts";
import { ipv4Text, ipv4Word } from "./ipv4.ts";
import type { NativeLibrary } from "./native_symbols.ts";

/** Where the common clock is read, by the numbers of `us_media_source`. */
export const MediaSource = { system: 0, tai: 1, device: 2 } as const;

/** Where packets of one leg go. */
export interface SenderLeg {
  readonly address: string;
  readonly port: number;
}

/** A network interface that packets leave by. */
export interface SenderInterface {
  readonly address: string;
  readonly index: number;
}

export interface SenderStream {
  readonly firstChannel: number;
  readonly channels: number;
  readonly ssrc: number;
  readonly legs: readonly SenderLeg[];
}

export interface SenderOptions {
  readonly sharedMemory: Deno.PointerObject;
  /** A receiver that the input comes from; omitted: it is silent. */
  readonly input?: Deno.PointerObject;
  /** Frame of media of the first frame; undefined: as it comes. */
  readonly origin: bigint | undefined;
  readonly leapSeconds: number;
  readonly packetFrames: number;
  readonly sampleBytes: 2 | 3;
  readonly payloadType: number;
  readonly dscp: number;
  readonly ttl: number;
  readonly dither: boolean;
  /** One of {@link MediaSource}. */
  readonly clock: number;
  /** File of a network device's clock. */
  readonly clockPath: string;
  readonly priority: number;
  readonly streams: readonly SenderStream[];
  /** For each leg; undefined: as the system routes. */
  readonly interfaces: readonly (SenderInterface | undefined)[];
}

/** What could not be opened, with the errno. */
export class SenderFailure extends Error {
  override readonly name = "SenderFailure";

  constructor(readonly part: "clock" | "socket" | "interface" | "thread", readonly errno: number) {
    super(`RTP: no ${part} (errno ${errno})`);
  }
}

/** By the numbers of `us_rtp_failure`. */
export const failedParts = ["clock", "socket", "interface", "thread"] as const;

/** How a sender stands, as `ffi/native/rtp_send.h` has it. */
export interface SenderState {
  readonly packets: number;
  readonly failedPackets: number;
  readonly skippedFrames: number;
  readonly latePackets: number;
  readonly longestLateMs: number;
  /** Frame of media of the engine's first frame; undefined: nothing was played yet. */
  readonly origin: bigint | undefined;
  /** Frame of media of the last packet. */
  readonly frame: bigint;
  readonly clockErrorMs: number;
  readonly clockSteps: number;
  readonly jumps: number;
  readonly clockUnreadable: boolean;
  readonly isStepped: boolean;
  readonly withdrawn: boolean;
  readonly lastError: number;
}

const optionsBytes = 136;
const streamBytes = 44;
const legBytes = 16;
const clockPathBytes = 64;
const maxStreams = 64;
const stateBytes = 88;
const noOrigin = 2n ** 64n - 1n;

/** An open sender. To be closed once, after which it must not be used. */
export class RtpSender {
  /** Shut until somebody opens it. */
  readonly door: DeviceDoor;
  readonly #symbols: NativeLibrary["symbols"];
  readonly #sender: Deno.PointerObject;
  readonly #state = new DataView(new ArrayBuffer(stateBytes));

  private constructor(native: NativeLibrary, sender: Deno.PointerObject) {
    this.#symbols = native.symbols;
    this.#sender = sender;
    this.door = new DeviceDoor(native, native.symbols.us_rtp_door(sender)!);
  }

  /** Starts the thread; it sends silence until its door is open. Throws {@link SenderFailure}. */
  static open(native: NativeLibrary, options: SenderOptions): RtpSender {
    const sender = new BigUint64Array(1);
    const failure = native.symbols.us_rtp_open(encodeOptions(options), sender);
    if (failure !== 0) throw new SenderFailure(failedParts[(failure >> 16) - 1], failure & 0xFFFF);
    return new RtpSender(native, Deno.UnsafePointer.create(sender[0])!);
  }

  poll(): SenderState {
    const view = this.#state;
    this.#symbols.us_rtp_poll(this.#sender, new Uint8Array(view.buffer));
    const count = (at: number) => Number(view.getBigUint64(at, true));
    const word = (at: number) => view.getUint32(at, true);
    const origin = view.getBigUint64(40, true);
    return {
      packets: count(0),
      failedPackets: count(8),
      skippedFrames: count(16),
      latePackets: count(24),
      longestLateMs: count(32) / 1e6,
      origin: origin === noOrigin ? undefined : origin,
      frame: view.getBigUint64(48, true),
      clockErrorMs: Number(view.getBigInt64(56, true)) / 1e6,
      clockSteps: word(64),
      jumps: word(68),
      clockUnreadable: word(72) !== 0,
      isStepped: word(76) !== 0,
      withdrawn: word(80) !== 0,
      lastError: word(84),
    };
  }

  /** Sends a datagram over the interface of a leg. Returns 0 or an errno. */
  announce(leg: number, { address, port }: SenderLeg, bytes: Uint8Array<ArrayBuffer>): number {
    return this.#symbols.us_rtp_announce(this.#sender, leg, ipv4Word(address), port, bytes, bytes.length);
  }

  /** Address that packets to there come from; undefined where the system has no route. */
  sourceAddress(leg: number, { address, port }: SenderLeg): string | undefined {
    const word = this.#symbols.us_rtp_source_address(this.#sender, leg, ipv4Word(address), port);
    return word === 0 ? undefined : ipv4Text(word);
  }

  /** To be called once: nothing calls the callback any more when it resolves. */
  async close(): Promise<void> {
    await this.#symbols.us_rtp_close(this.#sender);
  }
}

/** `struct us_rtp_options`. */
function encodeOptions(options: SenderOptions): Uint8Array<ArrayBuffer> {
  const { sharedMemory, input = null, origin = noOrigin, leapSeconds, streams, interfaces } = options;
  const bytes = new Uint8Array(optionsBytes + maxStreams * streamBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, Deno.UnsafePointer.value(sharedMemory), true);
  view.setBigUint64(8, Deno.UnsafePointer.value(input), true);
  view.setBigUint64(16, origin, true);
  view.setBigInt64(24, BigInt(leapSeconds) * 1_000_000_000n, true);
  [
    options.packetFrames,
    options.sampleBytes,
    options.payloadType,
    options.dscp,
    options.ttl,
    Number(options.dither),
    options.clock,
    options.priority,
    streams.length,
    interfaces.length,
  ].forEach((word, index) => view.setUint32(32 + index * 4, word, true));
  bytes.set(new TextEncoder().encode(options.clockPath).subarray(0, clockPathBytes - 1), 72);
  streams.forEach(({ firstChannel, channels, ssrc, legs }, index) => {
    const at = optionsBytes + index * streamBytes;
    [firstChannel, channels, ssrc].forEach((word, field) => view.setUint32(at + field * 4, word, true));
    legs.forEach(({ address, port }, leg) => {
      const via = interfaces[leg];
      const words = [ipv4Word(address), port, via ? ipv4Word(via.address) : 0, via?.index ?? 0];
      words.forEach((word, field) => view.setUint32(at + 12 + leg * legBytes + field * 4, word, true));
    });
  });
  return bytes;
}
