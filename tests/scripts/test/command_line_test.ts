import assert from "node:assert/strict";
import { CommandLineError, help, readTestRun } from "../../../scripts/test/command_line.ts";

Deno.test("without words all tests run over all cores, within a limit for each file", () => {
  const run = readTestRun([], 6)!;
  assert.deepEqual([run.scope, run.filter, run.files, run.jobs], ["gate", undefined, [], 6]);
  assert.deepEqual([run.realTimeJobs, readTestRun([], 2)!.realTimeJobs], [2, 1]);
  const long = readTestRun(["--long"], 6)!;
  assert.ok(run.limitSeconds < long.limitSeconds);
  assert.deepEqual([run.isFixedLimit, long.isFixedLimit], [false, true]);
});

Deno.test("options stand anywhere, with their value behind a space or an equals sign", () => {
  const words = [
    "tests/osc",
    "--filter",
    "a=b",
    "--jobs=3",
    "--real-time-jobs=1",
    "--quick",
    "tests/main_test.ts",
    "--limit=9",
  ];
  assert.deepEqual(readTestRun(words, 2), {
    scope: "quick",
    filter: "a=b",
    files: ["tests/osc", "tests/main_test.ts"],
    jobs: 3,
    realTimeJobs: 1,
    limitSeconds: 9,
    isFixedLimit: true,
  });
  assert.equal(readTestRun(["--filter=a=b"], 2)!.filter, "a=b");
});

Deno.test("help is asked for with --help and names every option", () => {
  assert.equal(readTestRun(["--help", "--jobs", "2"], 2), undefined);
  for (const option of ["--filter", "--jobs", "--real-time-jobs", "--limit", "--quick", "--long"]) {
    assert.ok(help.includes(option));
  }
});

Deno.test("what cannot be understood is refused with the word", () => {
  for (
    const [words, message] of [
      [["--filtr", "x"], /no option --filtr/],
      [["--filter"], /--filter needs a value/],
      [["--jobs", "0"], /--jobs: expected a whole number from 1, found "0"/],
      [["--limit=soon"], /--limit: expected a whole number from 1, found "soon"/],
    ] as const
  ) {
    assert.throws(
      () => readTestRun(words, 2),
      (error) => error instanceof CommandLineError && message.test(error.message),
    );
  }
});
