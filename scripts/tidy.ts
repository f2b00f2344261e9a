/**
 * Style as a test: what lies where, which room imports which, a test for each file, nothing dead, nothing left over, and
 * documents that are true. Prints each finding with its remedy; exit code 1 when there is any. Sizes are shown, largest
 * first: they are a place to look, not a limit.
 *
 *     deno task tidy [--sizes ROWS]
 */
import { developmentCommand } from "../testing/development_command.ts";
import type { GeneratedFile } from "./generate/generated_file.ts";
import { generatedFiles } from "./generate/generated_files.ts";
import { arrowFindings, type ArrowTable, arrowTable, unusedArrows } from "./tidy/arrows.ts";
import { circleFindings } from "./tidy/circles.ts";
import { deadExportFindings } from "./tidy/dead_exports.ts";
import { descriptionFindings } from "./tidy/descriptions.ts";
import { docLinkFindings } from "./tidy/doc_links.ts";
import { documentFindings } from "./tidy/documents.ts";
import { exampleFindings } from "./tidy/examples.ts";
import { fileNameFindings } from "./tidy/file_names.ts";
import { type Finding, findingText } from "./tidy/finding.ts";
import { fixedSleepFindings } from "./tidy/fixed_sleeps.ts";
import { generatedFindings } from "./tidy/generated.ts";
import { leftoverFindings } from "./tidy/leftovers.ts";
import { limitNameFindings } from "./tidy/limit_names.ts";
import { sizesOf, sizesText } from "./tidy/sizes.ts";
import { type Source, sourcesOf } from "./tidy/sources.ts";
import { testTwinFindings } from "./tidy/test_twins.ts";
import { topLevelFindings } from "./tidy/top_level.ts";
import { readTree, type Tree } from "./tidy/tree.ts";

/** What differs from house to house. */
export interface HouseRules {
  readonly arrows: ArrowTable;
  readonly generated: readonly GeneratedFile[];
}

/** The rules of this house. */
export const houseRules: HouseRules = { arrows: arrowTable, generated: generatedFiles };

/** All findings in a tree and its sources. */
export function tidy(tree: Tree, sources: readonly Source[], rules: HouseRules = houseRules): Finding[] {
  return [
    ...topLevelFindings(tree),
    ...fileNameFindings(sources),
    ...circleFindings(sources),
    ...arrowFindings(sources, rules.arrows),
    ...unusedArrows(sources, rules.arrows),
    ...testTwinFindings(sources),
    ...fixedSleepFindings(sources),
    ...deadExportFindings(sources),
    ...descriptionFindings(sources),
    ...limitNameFindings(sources),
    ...leftoverFindings(sources),
    ...docLinkFindings(sources),
    ...documentFindings(tree),
    ...exampleFindings(tree, sources),
    ...generatedFindings(tree, rules.generated),
  ];
}

if (import.meta.main) {
  const tree = await readTree(new URL("../", import.meta.url));
  const sources = sourcesOf(tree);
  const { options: { sizes: rows } } = developmentCommand(import.meta.url, {
    options: { sizes: { usual: 5, about: "rows of each table of sizes" } },
  });
  if (rows > 0) console.log(`${sizesText(sizesOf(sources), rows)}\n`);
  const findings = tidy(tree, sources);
  findings.forEach((finding) => console.log(findingText(finding)));
  console.log(findings.length === 0 ? "tidy" : `${findings.length} findings`);
  Deno.exit(findings.length === 0 ? 0 : 1);
}
