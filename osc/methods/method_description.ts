import type { ArgumentRange } from "../packet/argument_range.ts";

/** The address of a method and the arguments that it takes, for error texts, `/help`, OSCQuery and the documentation. */
export interface MethodDescription {
  readonly address: string;
  /** Accepted type tags, e.g. `if|ii|iif`; of several forms, the first is the preferred one. */
  readonly types: string;
  readonly description: string;
  /** The values that each argument may have, by form; `null`: any. */
  readonly ranges?: Readonly<Record<string, readonly (ArgumentRange | null)[]>>;
}
