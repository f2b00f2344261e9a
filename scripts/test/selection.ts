/** Which test files a run has. */
import { exists } from "../../foundation/exists.ts";
import { CommandLineError } from "./command_line.ts";
import type { ImportGraph } from "./import_graph.ts";

const testName = /_test\.ts$/;

/** All test files of the project. */
export function allTests(graph: ImportGraph): readonly string[] {
  return graph.sources.filter((path) => path.startsWith("tests/") && testName.test(path)).sort();
}

/** Test files that reach one of the changed files. */
export function testsReaching(graph: ImportGraph, changed: readonly string[]): readonly string[] {
  return allTests(graph).filter((test) => {
    const closure = graph.closure(test);
    return changed.some((path) => closure.has(path));
  });
}

/**
 * The test files that paths stand for, those of a folder included. A file outside the project stands for itself.
 *
 * @throws {CommandLineError} where there is none
 */
export function testsNamed(graph: ImportGraph, paths: readonly string[], root: string): readonly string[] {
  const tests = allTests(graph);
  return [
    ...new Set(paths.flatMap((given) => {
      if (!exists(given)) throw new CommandLineError(`there is no file or folder ${given}`);
      const path = Deno.realPathSync(given);
      if (!path.startsWith(root)) return [path];
      const inside = path.slice(root.length);
      if (Deno.statSync(path).isFile) return [inside];
      return tests.filter((test) => test.startsWith(inside === "" ? "" : `${inside}/`));
    })),
  ];
}
