/** A path that stays below its folder and is valid on every system. */
const namePattern = /^(?!.*(?:^|\/)\.)[^\p{Cc}\\:*?"<>|/]+(?:\/[^\p{Cc}\\:*?"<>|/]+)*$/u;

const maxNameLength = 200;

/** Whether a sample may have this name. */
export function isSampleName(name: unknown): name is string {
  return typeof name === "string" && name.length <= maxNameLength && namePattern.test(name);
}
