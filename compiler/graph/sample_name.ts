/** Below one folder, without a way out of it, and plain on every system. */
const namePattern = /^(?!.*(?:^|\/)\.)[^\p{Cc}\\:*?"<>|/]+(?:\/[^\p{Cc}\\:*?"<>|/]+)*$/u;

export const maxNameLength = 200;

/** Whether a sample may have this name. */
export function isSampleName(name: unknown): name is string {
  return typeof name === "string" && name.length <= maxNameLength && namePattern.test(name);
}
