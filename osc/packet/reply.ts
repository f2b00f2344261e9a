import type { OscArgument, OscMessage } from "./packet.ts";

/** A string argument. */
export function text(value: string): OscArgument {
  return { type: "s", value };
}

/** A whole number of 32 bits as `i`, any other number as `f`, any other value as `s`. */
export function scalar(value: unknown): OscArgument {
  if (typeof value !== "number") return text(String(value));
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? { type: "i", value } : { type: "f", value };
}

/** A float argument. */
export function float(value: number): OscArgument {
  return { type: "f", value };
}

/** The answer to a message that was carried out, with warnings for its sender. */
export function done(address: string, warnings: readonly string[] = []): OscMessage {
  return { address: "/done", args: [address, ...warnings].map(text) };
}

/** The answer to a message that was refused, with the reason. */
export function failed(address: string, reason: string): OscMessage {
  return { address: "/fail", args: [text(address), text(reason)] };
}
