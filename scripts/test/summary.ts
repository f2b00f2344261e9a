/** What a run of the tests prints. */
import { addCounts, type Counts, noCounts } from "./junit_report.ts";
import type { FileResult } from "./run_test_file.ts";

/** How many of the slowest files the end of a run names. */
const slowestFiles = 10;

/** The line of a file, and below it what its tests printed, or all of its output when something failed. */
export function resultText({ file, counts, seconds, output, problem }: FileResult): string {
  const failed = counts.failed > 0;
  const line = `${failed ? "FAILED" : "ok"} ${file} (${countsText(counts)}, ${seconds.toFixed(1)} s)`;
  const text = failed ? output.trim() : printedByTests(output).join("\n");
  return [
    line,
    ...(problem === undefined ? [] : [`${file} ${problem}`]),
    ...(text === "" ? [] : [indented(text)]),
  ]
    .join("\n");
}

/** A file that failed, and what its errors said, for the end of a run, which is what one reads. */
export function failureText({ file, problem, output }: FileResult): string {
  const errors = output.split(/^ *ERRORS *$/m)[1]?.split(/^ *FAILURES *$/m)[0].trim();
  return indented(
    [`${file}${problem === undefined ? "" : ` ${problem}`}`, errors].filter(Boolean).join("\n"),
  );
}

/** The lines that stand between the marks with which `deno test` frames what a test prints. */
function printedByTests(output: string): string[] {
  const lines: string[] = [];
  let printing = false;
  for (const line of output.split("\n")) {
    if (/^-+ (?:pre-test |post-test )?output -+$/.test(line)) printing = true;
    else if (/^-+ (?:pre-test |post-test )?output end -+$/.test(line)) printing = false;
    else if (printing) lines.push(line);
  }
  return lines;
}

/** The slowest files, longest first, and those that came near their limit. */
export function slowestText(results: readonly FileResult[], limitOf: (file: string) => number): string {
  const slowest = results.toSorted((a, b) => b.seconds - a.seconds).slice(0, slowestFiles);
  return slowest.map(({ file, seconds }) => {
    const limit = limitOf(file);
    const near = seconds * 3 > limit ? `  needs more than a third of its limit of ${limit} s` : "";
    return `${seconds.toFixed(1).padStart(8)} s  ${file}${near}`;
  }).join("\n");
}

/** The lines in which tests say which share of their runs was run. */
export function shareLines(results: readonly FileResult[]): string[] {
  return results.flatMap(({ output }) => printedByTests(output).filter((line) => line.startsWith("share: ")));
}

/** The sum of all results. A run in which no test ran has failed. */
export function totalOf(results: readonly FileResult[]): Counts {
  const total = results.reduce((sum, { counts }) => addCounts(sum, counts), noCounts);
  const nothingRan = total.passed + total.failed + total.skipped === 0;
  return nothingRan ? { ...total, failed: 1 } : total;
}

/** `N passed, N failed`, and `, N skipped` where there are any. */
export function countsText({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

function indented(text: string): string {
  return text.split("\n").map((line) => `    ${line}`).join("\n");
}
