import type { ParameterDeclaration } from "./compiled_patch.ts";

/** The first fault of a parameter's range, for an error text; undefined: none. */
export function rangeProblem(
  { min, max, default: fallback, curve }: Pick<ParameterDeclaration, "min" | "max" | "default" | "curve">,
): string | undefined {
  if (![min, max, fallback].every(Number.isFinite)) return "expected finite numbers";
  if (!(min < max)) return `expected min below max, found ${min} and ${max}`;
  if (fallback < min || fallback > max) return `expected a default from ${min} to ${max}, found ${fallback}`;
  return curve === "exponential" && min <= 0
    ? `an exponential curve needs a min above 0, found ${min}`
    : undefined;
}
