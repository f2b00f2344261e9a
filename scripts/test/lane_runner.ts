import type { FileResult } from "./run_test_file.ts";

/**
 * Runs files, at most `jobs` at a time, in the order given, and hands each result on as it comes. What has not begun
 * when `interrupted` is aborted does not begin.
 */
export async function runLane(
  files: readonly string[],
  jobs: number,
  interrupted: AbortSignal,
  run: (file: string) => Promise<FileResult>,
  onResult: (result: FileResult) => void,
): Promise<FileResult[]> {
  const waiting = [...files];
  const results: FileResult[] = [];
  const work = async () => {
    while (waiting.length > 0 && !interrupted.aborted) {
      const result = await run(waiting.shift()!);
      results.push(result);
      onResult(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, files.length) }, work));
  return results;
}
