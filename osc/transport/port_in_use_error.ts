import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** The port is taken; the message names it and the remedy. */
export class PortInUseError extends ExitError {
  override readonly name = "PortInUseError";
  override readonly exitCode = exitCodes.port;
}
