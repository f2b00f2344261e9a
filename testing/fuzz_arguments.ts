import { parseArgs } from "node:util";

/** What a fuzzer is started with: `[COUNT] [--seed S]`; a seed of its own when none is given. */
export function fuzzArguments(
  args: readonly string[],
  usualCount: number,
): { readonly count: number; readonly seed: number } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seed: { type: "string" } },
  });
  return { count: Number(positionals[0] ?? usualCount), seed: Number(values.seed ?? Date.now() % 1_000_000) };
}
