import type { ExitCode } from "./exit_codes.ts";

/**
 * An error that ends the program with a code of its own and whose message is all that the user needs: what was expected, what
 * was found, and the remedy. Every other error that reaches the command line is a defect and is shown with its stack.
 */
export abstract class ExitError extends Error {
  abstract readonly exitCode: ExitCode;
}
