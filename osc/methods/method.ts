import type { Command } from "../../engine/control/control.ts";
import { MessageRefused } from "../packet/arguments.ts";
import type { PacketSender } from "../transport/intake.ts";
import type { MethodDescription } from "./music_methods.ts";
import type { OscArgument, OscMessage } from "../packet/packet.ts";

/**
 * Who may use a method: `read` everybody who is let in, `change` who may change the sound, `machine` only senders on this
 * machine who may change the sound.
 */
export type MethodAccess = "read" | "change" | "machine";

/** Either commands for the log, put there as one, or something done at once, with or without an answer of its own. */
export type Effect =
  | { readonly commands: readonly Command[] }
  | { readonly act: (sender: PacketSender) => void | Promise<void> };

/** One address of the server. `read` throws {@link MessageRefused}. */
export interface Method extends MethodDescription {
  readonly access: MethodAccess;
  readonly read: (args: readonly OscArgument[]) => Effect;
}

/** A reader for methods that take nothing. */
export function bare(effect: () => Effect): Method["read"] {
  return (args) => {
    if (args.length > 0) throw new MessageRefused(`expected no arguments, found ${args.length}`);
    return effect();
  };
}

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
