import type { Command } from "../../engine/control/control.ts";
import type { MethodAccess } from "../admission/access_control.ts";
import { trigger } from "../packet/arguments.ts";
import type { OscArgument, OscMessage } from "../packet/packet.ts";
import type { PacketSender } from "../packet/packet_sender.ts";
import type { MethodDescription } from "./method_description.ts";

/**
 * Commands that are put into the log together; or an action at once, with or without an answer of its own; or many answers,
 * which are made and sent a page at a time.
 */
export type Effect =
  | {
    readonly commands: readonly Command[];
    /** Commands that follow, such as the end of a note whose length the message gives. */
    readonly later?: readonly LaterCommands[];
    /** A sentence for the sender, beside the answer that it is done. */
    readonly hint?: string;
  }
  | { readonly act: Action }
  | { readonly answers: () => Iterable<OscMessage> };

/** Commands that take effect some time after those of their message. */
export interface LaterCommands {
  readonly afterMs: number;
  readonly commands: readonly Command[];
}

/** Acts for a sender; resolves with warnings for it, if there are any. */
export type Action = (sender: PacketSender) => void | Promise<readonly string[] | void>;

/** One address of the server. `read` throws `MessageRefusedError`. */
export interface Method extends MethodDescription {
  readonly access: MethodAccess;
  /** Whether its messages are not answered, because their senders print every answer that they do not expect. */
  readonly isSilent?: boolean;
  readonly read: (args: readonly OscArgument[]) => Effect;
}

/** The reader of a method that takes no arguments; it may be sent by a button. */
export function withoutArguments(effect: () => Effect): Method["read"] {
  return (args) => trigger(args) ? effect() : { commands: [] };
}
