/** Names of limits: the field writes `max`. */
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";

const superlative = /^(most|longest|largest|deepest)(?=[A-Z])/;

/** Constants and members that name a limit by a superlative, such as `longestLine`. */
export function limitNameFindings(sources: readonly Source[]): Finding[] {
  return sources.flatMap(({ path, declarations }) =>
    declarations.filter(({ kind }) => kind === "constant").flatMap(({ name, line }) =>
      superlative.test(name)
        ? [{ file: path, line, text: `${name} names a limit; call it ${name.replace(superlative, "max")}` }]
        : []
    )
  );
}
