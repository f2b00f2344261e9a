/** Functions and classes that other files can use, without a sentence about them. */
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";

/** Exported functions and classes without a description. An essay that opens the file describes the first export. */
export function descriptionFindings(sources: readonly Source[]): Finding[] {
  return sources.filter(({ path }) => !path.startsWith("tests/")).flatMap(({ path, text, declarations }) => {
    const code = declarations.filter(({ exported, kind }) =>
      exported && (kind === "function" || kind === "class")
    );
    const essay = text.startsWith("/**");
    return code.filter(({ described }, index) => !described && !(essay && index === 0))
      .map(({ line, name }) => ({
        file: path,
        line,
        text: `${
          name === "default" ? "the default export" : name
        } has no description; write one sentence above it`,
      }));
  });
}
