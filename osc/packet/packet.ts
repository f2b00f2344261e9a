/** The contents of OSC packets, as values. */
import type { TimeTag } from "./time_tag.ts";

/** An argument with its type tag; `a` is an array of arguments, written `[` `]` among the type tags. */
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

/** Tells the two kinds of packets apart. */
export function isBundle(packet: OscMessage | OscBundle): packet is OscBundle {
  return "timeTag" in packet;
}

/** Bytes that are not an OSC packet: the place, what was expected and what was found. Decoding throws no other error. */
export class OscMalformedError extends Error {
  override readonly name: string = "OscMalformedError";
  /** Byte of the packet, from 0. */
  readonly offset: number;

  constructor(offset: number, expected: string) {
    super(`byte ${offset}: expected ${expected}`);
    this.offset = offset;
  }
}

/** Runs `make` while errors keep no stack: it says nothing about a packet from outside, and costs more than decoding it. */
export function withoutStack<T>(make: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const made = make();
  Error.stackTraceLimit = limit;
  return made;
}

/** A message that is well formed up to a type tag that no specification names. */
export class OscUnrecognisedError extends OscMalformedError {
  override readonly name = "OscUnrecognisedError";
}

/** Bundles inside bundles, at most: the specification sets no limit, but the stack does. */
export const maxBundleDepth = 8;

/** Messages and bundles in one packet, at most; decoding a packet is not interrupted. */
export const maxElements = 1_024;

/** Arrays inside arrays, at most. */
export const maxArrayDepth = 8;
