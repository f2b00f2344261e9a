import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** The driver could not be opened or started; the message says what was asked for, what was found, and the remedy. */
export class DriverError extends ExitError {
  override readonly name = "DriverError";
  override readonly exitCode = exitCodes.device;
}
