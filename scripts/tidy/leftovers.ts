/** Notes of work that was put off. */
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";

const leftover = /\b(TODO|FIXME|XXX|HACK)\b/;

/** Comments that put work off. A string that names such a word, as here or in a test, is none. */
export function leftoverFindings(sources: readonly Source[]): Finding[] {
  return sources.flatMap(({ path, comments }) =>
    comments.flatMap(({ text, line }) =>
      text.split("\n").flatMap((row, index) =>
        leftover.test(row)
          ? [{ file: path, line: line + index, text: "a leftover; do it, or file it where the team sees it" }]
          : []
      )
    )
  );
}
