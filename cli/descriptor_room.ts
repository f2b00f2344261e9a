import { ConfigError } from "../config/config_error.ts";

/** Files that an engine opens while it starts; with fewer, the runtime ends in the middle of it without a reason. */
const minDescriptors = 64;

/** So many that all clients that are admitted at once leave enough for the engine and for renderers that are replaced. */
const enoughDescriptors = 256;

/**
 * Checks how many files and connections this process may still open. Main isolate, at the start.
 *
 * @param open opens one more, or throws
 * @param warn receives why clients or renderers may be refused later
 * @throws {ConfigError} when there are too few to start
 */
export function checkDescriptorRoom(
  warn: (problem: string) => void,
  open: () => { close(): void } = () => Deno.openSync("/dev/null"),
): void {
  const opened: { close(): void }[] = [];
  try {
    while (opened.length < enoughDescriptors) opened.push(open());
  } catch {
    // the limit is reached
  }
  for (const file of opened) file.close();
  if (opened.length === enoughDescriptors) return;
  const problem = `only ${opened.length} more files and connections may be opened; ` +
    "raise the limit: `ulimit -n 1024`, or LimitNOFILE= of the service";
  if (opened.length < minDescriptors) throw new ConfigError([problem]);
  warn(problem);
}
