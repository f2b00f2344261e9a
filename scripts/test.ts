/**
 * Runs the tests: those that need real time one or two at a time, those that judge it alone, and the others over all
 * cores meanwhile, at idle priority. See `--help`.
 *
 *     deno task test [OPTION ...] [FILE or FOLDER ...]
 */
import { currentShare, type ShareNumber } from "../testing/share.ts";
import { buildNativeForTests } from "../testing/native_for_tests.ts";
import { changedFiles, changedFilesIfKnown } from "./test/changed_files.ts";
import { CommandLineError, help, readTestRun, type TestRun } from "./test/command_line.ts";
import { Durations } from "./test/durations.ts";
import { type FileShare, filesOfShare } from "./test/file_share.ts";
import { ImportGraph } from "./test/import_graph.ts";
import { type Lane, laneOf } from "./test/lanes.ts";
import { runLane } from "./test/lane_runner.ts";
import { installRequirements } from "./test/requirements.ts";
import { type FileResult, runTestFile } from "./test/run_test_file.ts";
import { runFailedAgain } from "./test/second_run.ts";
import { allTests, testsNamed, testsReaching } from "./test/selection.ts";
import { countsText, failureText, resultText, shareLines, slowestText, totalOf } from "./test/summary.ts";

const root = new URL("../", import.meta.url);

/** Exit codes of a run that a signal ended, as shells give them. */
const signalCodes: readonly (readonly [Deno.Signal, number])[] = [
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
];

async function main(run: TestRun): Promise<number> {
  const { interrupted, code } = interruption();
  const started = performance.now();
  await installRequirements();
  const graph = await ImportGraph.read(root);
  const share = run.scope === "long" ? "all" : currentShare();
  const { files, said } = await selected(graph, run, share);
  if (files.length === 0) {
    console.log("no test reaches what changed\n0 passed, 0 failed");
    return 0;
  }
  const durations = await Durations.read(new URL("build/test-seconds.json", root).pathname);
  await fillCache(files);
  // once, and not by several files at a time; one that cannot be built fails the tests that need it
  await buildNativeForTests().catch((error) => console.error(error.message));

  const limitOf = (file: string) =>
    run.isFixedLimit ? run.limitSeconds : durations.limitSeconds(file, run.limitSeconds);
  const runFile = (file: string, job = 0) =>
    runTestFile(file, {
      ...{ filter: run.filter, limitSeconds: limitOf(file), interrupted },
      background: laneOf(graph, file) === "parallel",
      env: { UNDERSTUDY_TEST_SHARE: String(share), UNDERSTUDY_TEST_JOB: String(job) },
    });
  const firstResults: FileResult[] = [];
  const times: string[] = [];
  const runFiles = async (lane: Lane, how: string, jobs: number) => {
    const ofLane = durations.longestFirst(files.filter((file) => laneOf(graph, file) === lane));
    if (ofLane.length === 0) return;
    const begun = performance.now();
    const title = `${ofLane.length} ${ofLane.length === 1 ? "file" : "files"}, ${how}`;
    console.log(`== ${title}`);
    const found = await runLane(ofLane, {
      jobs,
      interrupted,
      run: runFile,
      onResult: (result) => {
        console.log(resultText(result));
        if (run.filter === undefined && result.problem === undefined) {
          durations.set(result.file, result.seconds);
        }
      },
    });
    firstResults.push(...found);
    times.push(`${((performance.now() - begun) / 1_000).toFixed(1)} s for ${title}`);
  };
  const runTimed = async () => {
    await runFiles("realTime", `need real time, ${run.realTimeJobs} at a time`, run.realTimeJobs);
    await runFiles("alone", "need the machine alone, one at a time", 1);
  };
  await Promise.all([
    runTimed(),
    runFiles("parallel", `at idle priority, ${run.jobs} at a time`, run.jobs),
  ]);
  if (run.scope !== "quick" && run.files.length === 0) await durations.write();

  const { results, unsteady } = await runFailedAgain(firstResults, {
    needsRealTime: (file) => laneOf(graph, file) !== "parallel",
    interrupted,
    run: runFile,
    onResult: (result) => console.log(`== a second run, alone\n${resultText(result)}`),
  });
  const total = totalOf(results);
  const failed = results.filter(({ counts }) => counts.failed > 0);
  console.log(`\nslowest:\n${slowestText(results, limitOf)}`);
  const shares = [...said, ...shareLines(results)];
  if (shares.length > 0) {
    console.log(`\n${shares.join("\n")}`);
    if (share !== "all") {
      console.log(`the same again: UNDERSTUDY_TEST_SHARE=${share}; all of it: deno task test:long`);
    }
  }
  if (failed.length > 0) console.log(`\nfailed:\n${failed.map(failureText).join("\n")}`);
  if (unsteady.length > 0) {
    console.log(`\nunsteady, failed and then passed alone:\n${unsteady.map(failureText).join("\n")}`);
  }
  console.log(`\n${times.join(", ")}; ${((performance.now() - started) / 1_000).toFixed(1)} s in all`);
  if (interrupted.aborted) {
    console.log(`interrupted; files that were not run: ${files.length - results.length}`);
  }
  console.log(countsText(total));
  return code() ?? (total.failed > 0 ? 1 : 0);
}

/**
 * Downloads and transpiles once what the files and the program import, so that nobody does it at the same time, nor prints
 * of it where a test reads what the program prints. What cannot be loaded is the failure of its test.
 */
async function fillCache(files: readonly string[]): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "main.ts", ...files],
    cwd: root,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
}

async function selected(graph: ImportGraph, run: TestRun, share: ShareNumber): Promise<FileShare> {
  const named = run.files.length > 0 ? testsNamed(graph, run.files, root.pathname) : allTests(graph);
  if (run.scope !== "quick") {
    // who names files or tests wants these
    if (run.files.length > 0 || run.filter !== undefined) return { files: named, said: [] };
    return filesOfShare(graph, named, share, await changedFilesIfKnown(root.pathname));
  }
  const changed = await changedFiles(root.pathname);
  const reaching = new Set(testsReaching(graph, changed));
  const found = named.filter((file) => reaching.has(file));
  console.log(`${changed.length} files changed, ${found.length} of ${named.length} test files reach them`);
  return { files: found, said: [] };
}

/** Turns signals into an end of the run in order: what runs is ended, what has not begun does not begin. */
function interruption(): { interrupted: AbortSignal; code: () => number | undefined } {
  const controller = new AbortController();
  let code: number | undefined;
  for (const [signal, itsCode] of signalCodes) {
    Deno.addSignalListener(signal, () => {
      code = itsCode;
      controller.abort();
    });
  }
  return { interrupted: controller.signal, code: () => code };
}

try {
  const run = readTestRun(Deno.args, navigator.hardwareConcurrency);
  if (!run) console.log(help);
  Deno.exit(run ? await main(run) : 0);
} catch (error) {
  if (!(error instanceof CommandLineError)) throw error;
  console.error(error.message);
  Deno.exit(2);
}
