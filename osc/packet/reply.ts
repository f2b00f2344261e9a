import type { OscArgument, OscMessage } from "./packet.ts";

/** A string argument. */
export function text(value: string): OscArgument {
  return { type: "s", value };
}

/** A number as `i` where it is a whole one of 32 bits, else as `f`; anything else as `s`. */
export function scalar(value: unknown): OscArgument {
  if (typeof value !== "number") return text(String(value));
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? { type: "i", value } : { type: "f", value };
}

/** A float argument. */
export function float(value: number): OscArgument {
  return { type: "f", value };
}

/** The answer that says that it was done. */
export function done(address: string): OscMessage {
  return { address: "/done", args: [text(address)] };
}

/** The answer that says why it was not. */
export function failed(address: string, reason: string): OscMessage {
  return { address: "/fail", args: [text(address), text(reason)] };
}
