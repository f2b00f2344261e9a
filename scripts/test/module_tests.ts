import type { ShareNumber } from "../../testing/share.ts";
import type { ImportGraph } from "./import_graph.ts";

/**
 * Tests that measure one module by what it makes of impulses, sines and noise, or one ready patch by its sound. Those of the
 * builder, of the catalogue, and of all ready patches together, are not meant.
 */
const measures =
  /^tests\/(?:modules\/(?!signal\/)[^/]+|patches\/ready)\/(?!ready_patches_|catalogue_|phrases_)[^/]+_test\.ts$/;

/** What is measured, by itself or with its test. */
const measured = /^(?:tests\/)?(?:modules|patches\/ready)\//;

/** A run measures every fifth of them: they share one compiler, which has tests of its own that always run. */
const parts = 5;

/** What a run takes of the files that it could run. */
export interface ModuleTests {
  readonly files: readonly string[];
  /** The line that says what is left out; undefined when nothing is. */
  readonly said?: string;
}

/**
 * The files without those that measure modules and ready patches of other shares. One whose test or own file changed is
 * measured in any case; where it is not known what changed, which is undefined, all are.
 */
export function moduleTestsOfShare(
  graph: ImportGraph,
  files: readonly string[],
  share: ShareNumber,
  changed: readonly string[] | undefined,
): ModuleTests {
  if (share === "all" || changed === undefined) return { files };
  const touched = new Set(changed);
  const measuring = files.filter((file) => measures.test(file));
  const left = new Set(measuring.filter((file, index) =>
    index % parts !== share % parts &&
    ![file, ...graph.needs(file)].some((path) => touched.has(path) && measured.test(path))
  ));
  if (left.size === 0) return { files };
  return {
    files: files.filter((file) => !left.has(file)),
    said:
      `share: ${
        measuring.length - left.size
      } of ${measuring.length} tests that measure a module or a ready patch; ` +
      `${left.size} are left to deno task test:long`,
  };
}
