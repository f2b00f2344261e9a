import type { FileResult } from "./run_test_file.ts";

/** Most files that run a second time: when more fail, it is not the machine. */
export const maxSecondRuns = 3;

export interface SecondRunOptions {
  /** Whether the time of the machine counts in this file. */
  readonly needsRealTime: (file: string) => boolean;
  readonly interrupted: AbortSignal;
  readonly run: (file: string) => Promise<FileResult>;
  /** Gets each result of a second run as it comes. */
  readonly onResult: (result: FileResult) => void;
}

/** What stands after the second runs. */
export interface SecondRuns {
  /** A result for each file: the second where there was one. */
  readonly results: readonly FileResult[];
  /** The first results of the files that failed and then passed. */
  readonly unsteady: readonly FileResult[];
}

/**
 * Runs files that failed once more, when nothing else runs. Only those that need real time: a machine that stands still
 * for a second fails them, and a defect fails them again. A file that hangs or leaves something behind has a defect. No
 * file runs a third time.
 */
export async function runFailedAgain(
  results: readonly FileResult[],
  { needsRealTime, interrupted, run, onResult }: SecondRunOptions,
): Promise<SecondRuns> {
  const failed = results.filter(({ counts }) => counts.failed > 0);
  if (failed.length > maxSecondRuns) return { results, unsteady: [] };
  const second = new Map<string, FileResult>();
  for (const { file, problem } of failed) {
    if (problem !== undefined || !needsRealTime(file) || interrupted.aborted) continue;
    const result = await run(file);
    second.set(file, result);
    onResult(result);
  }
  return {
    results: results.map((result) => second.get(result.file) ?? result),
    unsteady: failed.filter(({ file }) => second.get(file)?.counts.failed === 0),
  };
}
