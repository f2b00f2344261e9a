import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { writeToStderr } from "../foundation/logging.ts";

/** Prints one sentence for an error that the user can mend, the stack of any other. Returns the exit code. */
export function explain(error: unknown): ExitCode {
  const known = error instanceof ExitError;
  const text = error instanceof Error
    ? (known ? error.message : error.stack ?? error.message)
    : String(error);
  writeToStderr(`understudy: ${text}\n`);
  return known ? error.exitCode : exitCodes.internal;
}
