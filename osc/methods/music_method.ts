import type { Command } from "../../engine/control/control.ts";
import type { OscArgument } from "../packet/packet.ts";
import type { MethodDescription } from "./method_description.ts";

/** A method that becomes commands of the log. */
export interface MusicMethod extends MethodDescription {
  /** The commands of a message; none where it does nothing. Throws `MessageRefusedError`. */
  readonly read: (args: readonly OscArgument[]) => readonly Command[];
  /** A sentence for the sender of a message that was carried out, but perhaps not as it was meant. */
  readonly hint?: (args: readonly OscArgument[]) => string | undefined;
}
