import type { Command } from "../../engine/control/control.ts";
import { MessageRefusedError } from "../packet/arguments.ts";
import type { PacketSender } from "../transport/intake.ts";
import type { MethodDescription } from "./music_method.ts";
import type { OscArgument } from "../packet/packet.ts";
import { MethodAccess } from "../admission/access_control.ts";

/** Either commands for the log, put there as one, or something done at once, with or without an answer of its own. */
export type Effect =
  | { readonly commands: readonly Command[] }
  | { readonly act: (sender: PacketSender) => void | Promise<void> };

/** One address of the server. `read` throws {@link MessageRefusedError}. */
export interface Method extends MethodDescription {
  readonly access: MethodAccess;
  readonly read: (args: readonly OscArgument[]) => Effect;
}

/** A reader for methods that take nothing. */
export function bare(effect: () => Effect): Method["read"] {
  return (args) => {
    if (args.length > 0) throw new MessageRefusedError(`expected no arguments, found ${args.length}`);
    return effect();
  };
}
