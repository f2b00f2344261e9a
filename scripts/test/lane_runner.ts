import type { FileResult } from "./run_test_file.ts";

export interface LaneOptions {
  readonly jobs: number;
  readonly interrupted: AbortSignal;
  /** Runs a file; of two jobs that run at once each has a number of its own, from 0. */
  readonly run: (file: string, job: number) => Promise<FileResult>;
  /** Gets each result as it comes. */
  readonly onResult: (result: FileResult) => void;
}

/**
 * Runs files, at most `jobs` at a time, in the order given. What has not begun
 * when `interrupted` is aborted does not begin.
 */
export async function runLane(
  files: readonly string[],
  { jobs, interrupted, run, onResult }: LaneOptions,
): Promise<FileResult[]> {
  const waiting = [...files];
  const results: FileResult[] = [];
  const work = async (job: number) => {
    while (waiting.length > 0 && !interrupted.aborted) {
      const result = await run(waiting.shift()!, job);
      results.push(result);
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, files.length) }, (_, job) => work(job)));
  return results;
}
