import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** A WAV file that cannot be written; the message names the path and the remedy. */
export class WavFileError extends ExitError {
  override readonly name = "WavFileError";
  override readonly exitCode = exitCodes.score;
}
