import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** A file that is not a session, or whose start is damaged. */
export class SessionDamagedError extends ExitError {
  override readonly name = "SessionDamagedError";
  override readonly exitCode = exitCodes.session;
}
