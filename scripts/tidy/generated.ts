/** Files that are written from declarations, and whether they still say the same. */
import type { GeneratedFile } from "../generate/generated_file.ts";
import type { Finding } from "./finding.ts";
import type { Tree } from "./tree.ts";

/** Generated files of `tree` that differ from what would be written now. */
export function generatedFindings({ texts }: Tree, generated: readonly GeneratedFile[]): Finding[] {
  return generated.flatMap(({ path, source, text }) => {
    const current = texts.get(path);
    if (current === undefined || current === text(current)) return [];
    return [{ file: path, text: `is not what ${source} declares; run: deno task generate` }];
  });
}
