/** Names of limits: the field writes `max`. */
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";
import type { Token } from "./tokens.ts";

const superlative = /^(most|longest|largest|deepest)(?=[A-Z]|$)/;

/** Constants at the top level of a file that name a number by a superlative, such as `longestLine = 80`. */
export function limitNameFindings(sources: readonly Source[]): Finding[] {
  return sources.flatMap(({ path, declarations, code }) =>
    declarations.filter(({ kind, name }) =>
      kind === "constant" && superlative.test(name) && isNumeric(code, name)
    )
      .map(({ name, line }) => ({
        file: path,
        line,
        text: `${name} names a limit; call it ${
          superlative.exec(name)![0] === name ? "max and what it limits" : name.replace(superlative, "max")
        }`,
      }))
  );
}

/** Whether a constant is a number, an expression of numbers, or a table of them. */
function isNumeric(code: readonly Token[], name: string): boolean {
  const at = code.findIndex(({ text }, index) => text === name && code[index + 1]?.text === "=");
  const [first, second, , fourth] = code.slice(at + 2, at + 6);
  if (at < 0 || first === undefined) return false;
  if (first.text === "{") return fourth?.kind === "number";
  return first.kind === "number" || ["*", "+", "-", "/"].includes(second?.text);
}
