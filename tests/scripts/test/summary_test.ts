import assert from "node:assert/strict";
import type { FileResult } from "../../../scripts/test/run_test_file.ts";
import {
  countsText,
  failureText,
  resultText,
  shareLines,
  slowestText,
  totalOf,
} from "../../../scripts/test/summary.ts";

const output = [
  "running 1 test from ./x_test.ts",
  "good ...",
  "------- output -------",
  "share: 3 of 9 seeds; 6 are left to deno task test:long",
  "measured: 3 ms",
  "----- output end -----",
  "good ... ok (1ms)",
].join("\n");
const passing: FileResult = { file: "a", counts: { passed: 2, failed: 0, skipped: 1 }, seconds: 3, output };
const failing: FileResult = {
  ...passing,
  file: "b",
  counts: { passed: 1, failed: 1, skipped: 0 },
  seconds: 40,
};

Deno.test("of a file that passed stands what its tests printed, of one that failed everything", () => {
  const text = resultText(passing);
  assert.match(text, /^ok a \(2 passed, 0 failed, 1 skipped, 3\.0 s\)\n +share: [^\n]*\n +measured: 3 ms$/);
  assert.match(resultText(failing), /^FAILED b [\s\S]*running 1 test/);
  assert.match(resultText({ ...failing, problem: "was interrupted" }), /\nb was interrupted\n/);
});

Deno.test("the end of a run repeats what the errors of a file said", () => {
  const text =
    "running 2 tests\nbad ... FAILED (1ms)\n\n ERRORS \n\nbad => ./b.ts:1:6\nerror: no\n\n FAILURES \n\nbad => ./b.ts:1:6";
  assert.equal(failureText({ ...failing, output: text }), "    b\n    bad => ./b.ts:1:6\n    error: no");
  assert.equal(failureText({ ...failing, problem: "was interrupted" }), "    b was interrupted");
});

Deno.test("the counts are added, and a run in which nothing ran has failed", () => {
  assert.deepEqual(totalOf([passing, failing]), { passed: 3, failed: 1, skipped: 1 });
  assert.equal(countsText(totalOf([passing, failing])), "3 passed, 1 failed, 1 skipped");
  assert.equal(countsText(totalOf([])), "0 passed, 1 failed");
});

Deno.test("the ten slowest are named, longest first, with those that come near their limit", () => {
  const results = Array.from(
    { length: 15 },
    (_, index) => ({ ...passing, file: `file${index}`, seconds: index }),
  );
  const lines = slowestText(results, () => 40).split("\n");
  assert.equal(lines.length, 10);
  assert.match(lines[0], /14\.0 s {2}file14 {2}needs more than a third of its limit of 40 s/);
  assert.match(lines[9], /5\.0 s {2}file5$/);
});

Deno.test("what a share leaves out is gathered from what tests print", () => {
  assert.deepEqual(shareLines([passing]), ["share: 3 of 9 seeds; 6 are left to deno task test:long"]);
});
