/**
 * OSC packets to and from values, behind one interface of ours.
 *
 * The bytes are parsed by `osc-min` 2.1.2. The other candidate, `osc` 2.4.5, loses data silently: blob views ignore their
 * byte offset, nested arrays throw, 64-bit integers given as number or bigint are written as 0, time tags just below a
 * full second come one second early, and bundle element sizes are not checked; each would have had to be mended here. Of
 * `osc-min` only this needs care: views into the received buffer must be copied because the buffer is reused, errors of
 * three kinds (its own, RangeError, TypeError) become one, and nesting is bounded before its recursion begins.
 */
import { fromBuffer, type OscArgOutputOrArray, type OscPacketOutput, toBuffer } from "osc-min";
import type { TimeTag } from "./time_tag.ts";

/** An argument with its type tag; `a` is an array of arguments. */
export type OscArgument =
  | { readonly type: "i" | "f" | "d"; readonly value: number }
  | { readonly type: "s" | "S" | "c"; readonly value: string }
  | { readonly type: "b"; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly type: "h"; readonly value: bigint }
  | { readonly type: "t"; readonly value: TimeTag }
  | { readonly type: "r"; readonly value: { red: number; green: number; blue: number; alpha: number } }
  | { readonly type: "m"; readonly value: readonly [number, number, number, number] }
  | { readonly type: "T" | "F" | "N" | "I" }
  | { readonly type: "a"; readonly value: readonly OscArgument[] };

export interface OscMessage {
  readonly address: string;
  readonly args: readonly OscArgument[];
}

export interface OscBundle {
  readonly timeTag: TimeTag;
  readonly elements: readonly (OscMessage | OscBundle)[];
}

/** Bytes that are no OSC packet; the message says what was expected. The only error that decoding throws. */
export class OscMalformed extends Error {
  override readonly name = "OscMalformed";
}

/** Bundles inside bundles, at most; the specification sets no limit, the stack does. */
export const deepestBundle = 8;

const bundleStart = new TextEncoder().encode("#bundle\0");

/** Reads one packet; nothing of the result refers to `bytes`. Throws {@link OscMalformed}. */
export function decodePacket(bytes: Uint8Array): OscMessage | OscBundle {
  if (bytes.length === 0) throw new OscMalformed("expected a message or a bundle, found an empty packet");
  if (bytes.length % 4 !== 0) {
    throw new OscMalformed(`expected a size that is a multiple of 4, found ${bytes.length} bytes`);
  }
  checkDepth(bytes, 1);
  let packet: OscPacketOutput;
  try {
    packet = fromBuffer(bytes);
  } catch (cause) {
    throw new OscMalformed(`expected a valid packet of ${bytes.length} bytes: ${(cause as Error).message}`, {
      cause,
    });
  }
  return convert(packet);
}

/** The bytes of a packet. Throws TypeError or RangeError when a value does not fit its type. */
export function encodePacket(packet: OscMessage | OscBundle): Uint8Array<ArrayBuffer> {
  const view = toBuffer(input(packet));
  return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
}

/** Tells the two kinds of packets apart. */
export function isBundle(packet: OscMessage | OscBundle): packet is OscBundle {
  return "timeTag" in packet;
}

function checkDepth(bytes: Uint8Array, depth: number): void {
  if (bytes.length < 16 || bundleStart.some((byte, index) => bytes[index] !== byte)) return;
  if (depth > deepestBundle) {
    throw new OscMalformed(`expected at most ${deepestBundle} bundles inside each other`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 16; at + 4 <= bytes.length;) {
    const size = view.getInt32(at);
    if (size < 0 || at + 4 + size > bytes.length) {
      throw new OscMalformed(
        `expected an element size of at most ${bytes.length - at - 4} at byte ${at}, found ${size}`,
      );
    }
    checkDepth(bytes.subarray(at + 4, at + 4 + size), depth + 1);
    at += 4 + size;
  }
}

function convert(packet: OscPacketOutput): OscMessage | OscBundle {
  if (packet.oscType === "message") return { address: packet.address, args: packet.args.map(argument) };
  const [seconds, fraction] = packet.timetag;
  return { timeTag: { seconds, fraction }, elements: packet.elements.map(convert) };
}

function argument(arg: OscArgOutputOrArray): OscArgument {
  switch (arg.type) {
    case "integer":
      return { type: "i", value: arg.value };
    case "float":
      return { type: "f", value: arg.value };
    case "double":
      return { type: "d", value: arg.value };
    case "string":
      return { type: "s", value: arg.value };
    case "symbol":
      return { type: "S", value: arg.value };
    case "character":
      return { type: "c", value: arg.value };
    case "blob":
      return {
        type: "b",
        value: new Uint8Array(arg.value.buffer, arg.value.byteOffset, arg.value.byteLength).slice(),
      };
    case "bigint":
      return { type: "h", value: arg.value };
    case "timetag":
      return { type: "t", value: { seconds: arg.value[0], fraction: arg.value[1] } };
    case "color":
      return { type: "r", value: arg.value };
    case "midi":
      return { type: "m", value: arg.value };
    case "true":
      return { type: "T" };
    case "false":
      return { type: "F" };
    case "null":
      return { type: "N" };
    case "bang":
      return { type: "I" };
    case "array":
      return { type: "a", value: arg.value.map(argument) };
  }
}

type PacketInput = Parameters<typeof toBuffer>[0];
type ArgumentInput = NonNullable<Exclude<Extract<PacketInput, { address: string }>["args"], undefined>>;

function input(packet: OscMessage | OscBundle): PacketInput {
  if (!isBundle(packet)) {
    return {
      address: packet.address,
      args: packet.args.map(argumentInput) as ArgumentInput,
    };
  }
  const { seconds, fraction } = packet.timeTag;
  return {
    oscType: "bundle",
    timetag: [seconds, fraction],
    elements: packet.elements.map(input),
  } as PacketInput;
}

const inputTypes = {
  i: "integer",
  f: "float",
  d: "double",
  s: "string",
  S: "symbol",
  c: "character",
  h: "bigint",
  r: "color",
  T: "true",
  F: "false",
  N: "null",
  I: "bang",
} as const;

function argumentInput(arg: OscArgument): unknown {
  switch (arg.type) {
    case "t":
      return { type: "timetag", value: [arg.value.seconds, arg.value.fraction] };
    case "b":
      return {
        type: "blob",
        value: new DataView(arg.value.buffer, arg.value.byteOffset, arg.value.byteLength),
      };
    case "m":
      return { type: "midi", value: [...arg.value] };
    case "a":
      return { type: "array", value: arg.value.map(argumentInput) };
    case "T":
    case "F":
    case "N":
    case "I":
      return { type: inputTypes[arg.type] };
    default:
      return { type: inputTypes[arg.type], value: arg.value };
  }
}
