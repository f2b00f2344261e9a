import type { Command } from "../../engine/control/control.ts";
import type { OscArgument } from "../packet/packet.ts";
import type { MethodDescription } from "./method_description.ts";

/** A method that becomes commands of the log, to be carried out together. `read` throws `MessageRefusedError`. */
export interface MusicMethod extends MethodDescription {
  readonly read: (args: readonly OscArgument[]) => Command | readonly Command[];
}
