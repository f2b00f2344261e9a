import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** A text that is no scale; the message says in which line, and what was expected. */
export class ScaleError extends ExitError {
  override readonly name = "ScaleError";
  override readonly exitCode = exitCodes.usage;
}
