import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** A sound file cannot be used; the message names the file and the remedy. */
export class SampleError extends ExitError {
  override readonly name = "SampleError";
  override readonly exitCode = exitCodes.usage;
}
