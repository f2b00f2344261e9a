import { type Command } from "../../engine/control/control.ts";
import type { OscArgument } from "../packet/codec.ts";
import type { ArgumentRange } from "../packet/argument_range.ts";

/** What a method is called and takes. */
export interface MethodDescription {
  readonly address: string;
  /** Accepted type tags, for error texts and the documentation. */
  readonly types: string;
  readonly description: string;
  /** What each argument may be, by form, as OSCQuery tells it; `null`: anything. */
  readonly ranges?: Readonly<Record<string, readonly (ArgumentRange | null)[]>>;
}

/** A method that becomes a command of the log. `read` throws {@link MessageRefusedError}. */
export interface MusicMethod extends MethodDescription {
  readonly read: (args: readonly OscArgument[]) => Command;
}
