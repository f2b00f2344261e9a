/** Opens a receiver for a stream that was named by a session description or by its addresses. Main isolate. */
import { findInterface, interfaceNames } from "../../ffi/network_interface.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { RtpReceiver } from "../../ffi/rtp_receiver.ts";
import { SenderFailure } from "../../ffi/rtp_sender.ts";
import { RtpError } from "./rtp_error.ts";
import type { ReceivedStream } from "./session_description.ts";
import { isMulticast, type NetworkPlace } from "./stream_plan.ts";

/** Legs that a receiver takes at most. */
const maxLegs = 8;

/** Real-time priority of the receiving thread: below the sending one and the clock. */
const receivePriority = 55;

export interface OpenReceiverOptions {
  readonly native: NativeLibrary;
  readonly stream: Pick<ReceivedStream, "legs" | "channels" | "sampleRateHz" | "sampleBytes"> & {
    /** Undefined: any. */
    readonly payloadType?: number;
  };
  /** Devices of this memory play the stream; omitted: a sender takes it as input. */
  readonly sharedMemory?: Deno.PointerObject;
  readonly latencyMs: number;
  readonly match: boolean;
  /** One for each leg, or one for all; empty: as the system routes. */
  readonly interfaces: readonly string[];
}

/** Throws {@link RtpError}. */
export function openReceiver(options: OpenReceiverOptions): RtpReceiver {
  const { native, stream, sharedMemory, latencyMs, match, interfaces } = options;
  const { legs, sampleRateHz } = stream;
  if (legs.length > maxLegs) throw new RtpError(`a stream has at most ${maxLegs} legs, found ${legs.length}`);
  if (interfaces.length > 1 && interfaces.length !== legs.length) {
    throw new RtpError(
      `expected one interface, or one for each of ${legs.length} legs, found ${interfaces.length}`,
    );
  }
  const sockets = legs.map((place, leg) => socketOf(place, interfaces[leg] ?? interfaces[0]));
  try {
    return RtpReceiver.open(native, {
      sharedMemory,
      channels: stream.channels,
      sampleRateHz,
      sampleBytes: stream.sampleBytes,
      payloadType: stream.payloadType,
      latencyFrames: Math.round(latencyMs / 1_000 * sampleRateHz),
      match,
      priority: native.symbols.us_highest_priority(receivePriority) || receivePriority,
      sockets,
    });
  } catch (error) {
    if (!(error instanceof SenderFailure)) throw error;
    throw new RtpError(
      `cannot receive from ${legs.map(placeText).join(" and ")} (no ${error.part}, errno ${error.errno}); ` +
        "another program may have the port, or the interface is not that of the group: see `ip address`",
      { cause: error },
    );
  }
}

/** Reads `ADDRESS:PORT`; undefined: it is none. */
export function readPlace(text: string): NetworkPlace | undefined {
  const [, address, port] = /^(\d{1,3}(?:\.\d{1,3}){3}):(\d{1,5})$/.exec(text) ?? [];
  if (address === undefined || address.split(".").some((part) => Number(part) > 255)) return undefined;
  return Number(port) >= 1 && Number(port) <= 65_535 ? { address, port: Number(port) } : undefined;
}

function socketOf(place: NetworkPlace, named: string | undefined) {
  const via = named === undefined ? undefined : findInterface(named);
  if (named !== undefined && via === undefined) {
    throw new RtpError(
      `there is no network interface "${named}" with an IPv4 address; there are ${
        interfaceNames().join(", ")
      }`,
    );
  }
  if (isMulticast(place.address)) return { ...place, via };
  // a description names the machine that a stream is sent to: this one, under whichever of its addresses
  return via === undefined ? place : { ...place, address: via.address };
}

const placeText = ({ address, port }: NetworkPlace) => `${address}:${port}`;
