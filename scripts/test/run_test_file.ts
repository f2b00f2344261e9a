import { onPath } from "../../testing/requirement.ts";
import { type Counts, countsOf, noCounts } from "./junit_report.ts";
import { ProcessGroup } from "./process_group.ts";

/** What came of a test file. */
export interface FileResult {
  readonly file: string;
  readonly counts: Counts;
  readonly seconds: number;
  /** Everything that was printed. */
  readonly output: string;
  /** Why the file failed beyond the tests that did, or undefined. */
  readonly problem?: string;
}

export interface FileOptions {
  /** Runs the tests whose name has this in it. */
  readonly filter?: string;
  /** After this time the file counts as one that hangs. */
  readonly limitSeconds: number;
  /** Ends the file early. */
  readonly interrupted: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  /** Takes only the time of processors that no other program wants. */
  readonly background?: boolean;
  /** How long children have to end after their parent, in milliseconds. */
  readonly childGraceMs?: number;
}

/** How long processes have to end by themselves after they were asked to. */
const graceMs = 3_000;

/** How long children have to end after their parent, and a file that hangs to name its test, on a slow machine too. */
const slowGraceMs = 10_000;

/**
 * Runs a program at the scheduler's idle priority, or the lowest where that is not to be had. Linux may weigh whole
 * sessions against each other (autogroup), and then a priority counts inside of one only: so the session steps back too.
 */
const idlePriority = [
  ...["/bin/sh", "-c", 'echo 19 2>/dev/null >/proc/self/autogroup; exec "$@"', "sh"],
  ...(onPath("chrt") ? ["chrt", "--idle", "0"] : ["nice", "-n", "19"]),
];

/** Runs a test file in a process of its own, and leaves no process behind, whatever the file does. */
export async function runTestFile(file: string, options: FileOptions): Promise<FileResult> {
  const report = await Deno.makeTempFile({ prefix: "understudy-tests-", suffix: ".xml" });
  const started = performance.now();
  const args = ["test", "--no-check", "-A", `--junit-path=${report}`];
  if (options.filter !== undefined) args.push(`--filter=${options.filter}`);
  const [program, ...words] = [...(options.background ? idlePriority : []), Deno.execPath(), ...args, file];
  const group = new ProcessGroup(program, words, { ...options.env, NO_COLOR: "1" });
  try {
    const stop = await stopped(group, options);
    if (stop === "limit") {
      await group.askLeader("SIGINT", slowGraceMs); // upon which it names the test that hangs
    }
    const seconds = (performance.now() - started) / 1_000;
    const left = stop === "end" ? await group.ended(options.childGraceMs ?? slowGraceMs) : [];
    await group.end(graceMs);
    await group.drained(slowGraceMs);
    const status = await group.status;
    const counts = stop === "interrupt" ? undefined : countsOf(await Deno.readTextFile(report));
    const problem = stop === "interrupt"
      ? "was interrupted"
      : stop === "limit"
      ? `did not end within ${options.limitSeconds} s`
      : counts === undefined
      ? `ended with ${status.signal ?? `code ${status.code}`} and without a report`
      : left.length > 0
      ? `left processes behind: ${left.map(({ pid, name }) => `${name} (${pid})`).join(", ")}`
      : status.code !== 0 && counts.failed === 0
      ? `ended with code ${status.code} though no test failed`
      : undefined;
    const { passed, failed, skipped } = counts ?? noCounts;
    return {
      file,
      // a report that was asked for in the middle counts the test that hangs already
      counts: { passed, failed: problem === undefined ? failed : Math.max(failed, 1), skipped },
      seconds,
      output: group.text,
      problem,
    };
  } finally {
    await group.end(graceMs);
    await Deno.remove(report);
  }
}

/** Waits until the file ends, its time is up, or somebody interrupts the run. */
async function stopped(
  group: ProcessGroup,
  { limitSeconds, interrupted }: FileOptions,
): Promise<"end" | "limit" | "interrupt"> {
  const settled = new AbortController();
  try {
    return await Promise.race([
      group.status.then(() => "end" as const),
      new Promise<"limit">((done) => {
        const timer = setTimeout(() => done("limit"), limitSeconds * 1_000);
        settled.signal.addEventListener("abort", () => clearTimeout(timer));
      }),
      new Promise<"interrupt">((done) => {
        if (interrupted.aborted) return done("interrupt");
        interrupted.addEventListener("abort", () => done("interrupt"), { signal: settled.signal });
      }),
    ]);
  } finally {
    settled.abort();
  }
}
