/**
 * OSC packets to and from values. Both directions are our own, because the published
 * codecs lose data silently. `osc-min` 2.1.2 writes a colour as 16 bytes, leaves malformed elements out of a bundle
 * without a word, ignores bytes after the last argument, replaces invalid UTF-8 and drops a byte order mark; `osc` 2.4.5
 * ignores the offset of blob views, throws on nested arrays, writes 64-bit integers as 0 and does not check the sizes of
 * elements. Neither says at which byte a packet is wrong. `osc-min` is the oracle that the tests compare with.
 */
import { EncodedMessage } from "./encoded_message.ts";
import type { OscBundle, OscMessage, OscUnrecognisedError } from "./packet.ts";
import { PacketReader } from "./packet_reader.ts";
import { PacketWriter } from "./packet_writer.ts";

export {
  isBundle,
  maxArrayDepth,
  maxBundleDepth,
  maxElements,
  type OscArgument,
  type OscBundle,
  OscMalformedError,
  type OscMessage,
  OscUnrecognisedError,
} from "./packet.ts";

const reader = new PacketReader();
const writer = new PacketWriter();

/**
 * Reads one packet; nothing of the result refers to `bytes`.
 *
 * @param discarded called for each message of a bundle that is left out for an unknown type tag, as the specification asks;
 *   without it, such a message is an error like any other
 * @throws {OscMalformedError} naming the byte, what was expected and what was found
 */
export function decodePacket(
  bytes: Uint8Array,
  discarded?: (error: OscUnrecognisedError) => void,
): OscMessage | OscBundle {
  return reader.read(bytes, discarded);
}

/** As {@link decodePacket}, of a score of SuperCollider: a message may have a command number, in digits, for its address. */
export function decodeNumberedPacket(bytes: Uint8Array): OscMessage | OscBundle {
  return reader.read(bytes, undefined, true);
}

/** The bytes of a packet. Throws TypeError or RangeError when a value does not fit its type. */
export function encodePacket(packet: OscMessage | OscBundle): Uint8Array<ArrayBuffer> {
  return writer.write(packet).slice();
}

/** As {@link encodePacket}, but the bytes are valid only until the next packet is encoded. Allocates next to nothing. */
export function encodeForNow(packet: OscMessage | OscBundle): Uint8Array<ArrayBuffer> {
  return packet instanceof EncodedMessage ? packet.bytes : writer.write(packet);
}
