import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";

/** Everything that is wrong with the environment, one line each. */
export class ConfigError extends ExitError {
  override readonly name = "ConfigError";
  override readonly exitCode = exitCodes.usage;
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}
