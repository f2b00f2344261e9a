/** Longest text that fetches a local; names of locals here are `$trigger` and letters with a number. */
const maxLocalTextLength = "(local.get $n123456789)".length;

const constantPattern = /\(v128\.const [^)]*\)|\([fi]32x4\.splat \([fi]32\.const [^)]*\)\)/g;

/**
 * Whether a text only fetches a local. The length is compared first: reading a concatenated text copies it, and the texts of a
 * chain contain each other.
 */
export function isLocal(text: string, prefix = "$"): boolean {
  return text.length <= maxLocalTextLength && text.startsWith(`(local.get ${prefix}`);
}

/** Replaces constants by locals, so that they are loaded once and not in every frame. */
export function hoistConstants(text: string, constants: Map<string, string>): string {
  return text.replace(constantPattern, (constant) => {
    let name = constants.get(constant);
    if (name === undefined) constants.set(constant, name = `$c${constants.size}`);
    return `(local.get ${name})`;
  });
}
