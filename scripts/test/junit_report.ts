/** Results of tests. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 };

/** Counts from the report that `deno test --junit-path` writes; undefined when the text is not a whole report. */
export function countsOf(report: string): Counts | undefined {
  if (!report.trimEnd().endsWith("</testsuites>")) return undefined;
  const suites = [
    ...report.matchAll(/<testsuite [^>]*tests="(\d+)" disabled="(\d+)" errors="(\d+)" failures="(\d+)"/g),
  ];
  const sum = (index: number) => suites.reduce((total, suite) => total + Number(suite[index]), 0);
  // the report marks what a filter left out as skipped too, but gives it no time
  const leftOut = report.match(/<testcase (?![^>]* time=)[^>]*>\s*<skipped\/>/g)?.length ?? 0;
  const [all, disabled, failed] = [sum(1), sum(2), sum(3) + sum(4)];
  return { passed: all - disabled - failed, failed, skipped: disabled - leftOut };
}

/** The sum of both. */
export function addCounts(one: Counts, other: Counts): Counts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}
