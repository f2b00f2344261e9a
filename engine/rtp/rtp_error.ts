import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** A stream that cannot be sent or received as it was asked for; the message names the remedy. */
export class RtpError extends ExitError {
  override readonly name = "RtpError";
  override readonly exitCode = exitCodes.device;

  constructor(text: string, options?: ErrorOptions) {
    super(`RTP: ${text}`, options);
  }
}
