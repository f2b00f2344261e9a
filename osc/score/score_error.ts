import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";
import { printable } from "../../foundation/printable.ts";

/** A score that cannot be read; the message begins with the file and the line or byte. */
export class ScoreError extends ExitError {
  override readonly name = "ScoreError";
  override readonly exitCode = exitCodes.score;

  /** @param where file and line, or file and byte */
  constructor(where: string, reason: string, options?: ErrorOptions) {
    // an address of a binary score may hold any character
    super(printable(`${where}: ${reason}`), options);
  }
}
