import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";

/** The arguments make no sense; the message says what was expected. */
export class UsageError extends ExitError {
  override readonly name = "UsageError";
  override readonly exitCode = exitCodes.usage;
}
