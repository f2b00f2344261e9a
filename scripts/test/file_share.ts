import type { ShareNumber } from "../../testing/share.ts";
import { likelySeconds } from "./durations.ts";
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
const measuringParts = 5;

/**
 * A sentence in the comment of a test that takes long and proves from end to end what other tests prove in parts, which
 * always run. It names these.
 */
const turnMark = /^(?:\/\*\*| \*) Takes turns: \S/m;

/** A run takes every third of those that take turns. Shares inside of such a file have parts that are no multiple of this. */
const turnParts = 3;

/** What a run takes of the files that it could run. */
export interface FileShare {
  readonly files: readonly string[];
  /** The lines that say what is left out. */
  readonly said: readonly string[];
}

/**
 * The files without those that measure modules and ready patches, or take turns, and are in another share. One is taken in any
 * case when it changed, or what it names itself: the module that it measures, the program that it starts. Where it is not
 * known what changed, which is undefined, all are.
 */
export function filesOfShare(
  graph: ImportGraph,
  files: readonly string[],
  share: ShareNumber,
  changed: readonly string[] | undefined,
): FileShare {
  if (share === "all" || changed === undefined) return { files, said: [] };
  const touched = new Set(changed);
  const outsideShare = (rotating: readonly string[], parts: number, counts: (path: string) => boolean) =>
    rotating.filter((file, index) =>
      index % parts !== share % parts &&
      ![file, ...graph.needs(file)].some((path) => touched.has(path) && counts(path))
    );
  const measuring = files.filter((file) => measures.test(file));
  // longest first, so that each share takes about as long as the others
  const seconds = (file: string) => likelySeconds[file] ?? 0;
  const turning = files.filter((file) => turnMark.test(graph.text(file)))
    .toSorted((a, b) => seconds(b) - seconds(a) || (a < b ? -1 : 1));
  const left = [
    ...outsideShare(measuring, measuringParts, (path) => measured.test(path)),
    ...outsideShare(turning, turnParts, () => true),
  ];
  const said = (what: string, rotating: readonly string[]) => {
    const without = rotating.filter((file) => left.includes(file)).length;
    return without === 0 ? [] : [
      `share: ${rotating.length - without} of ${rotating.length} ${what}; ` +
      `${without} are left to deno task test:long`,
    ];
  };
  return {
    files: files.filter((file) => !left.includes(file)),
    said: [
      ...said("tests that measure a module or a ready patch", measuring),
      ...said("test files that take turns", turning),
    ],
  };
}
