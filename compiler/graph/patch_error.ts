import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** A patch that cannot be; the message names the module and the line of the patch file. */
export class PatchError extends ExitError {
  override readonly name = "PatchError";
  override readonly exitCode = exitCodes.usage;
}
