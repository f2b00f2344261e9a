import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";

/** A signal ended a command before it was done. */
export class InterruptedError extends ExitError {
  override readonly name = "InterruptedError";
  override readonly exitCode = exitCodes.interrupted;

  constructor(readonly signal: Deno.Signal) {
    super(`${signal}: nothing was written`);
  }
}
