import assert from "node:assert/strict";
import type { FileResult } from "../../../scripts/test/run_test_file.ts";
import { maxSecondRuns, runFailedAgain } from "../../../scripts/test/second_run.ts";

const result = (file: string, failed: number, problem?: string): FileResult => ({
  file,
  counts: { passed: 1, failed, skipped: 0 },
  seconds: 1,
  output: "",
  problem,
});

/** Runs again; `second` are the files that fail a second time. */
async function again(results: readonly FileResult[], second: readonly string[] = [], interrupted = false) {
  const ran: string[] = [];
  const found = await runFailedAgain(results, {
    needsRealTime: (file) => !file.startsWith("pure"),
    interrupted: interrupted ? AbortSignal.abort() : new AbortController().signal,
    run: (file) => Promise.resolve(result(file, second.includes(file) ? 1 : 0)),
    onResult: ({ file }) => ran.push(file),
  });
  const failed = found.results.filter(({ counts }) => counts.failed > 0).map(({ file }) => file);
  return { ran, failed, unsteady: found.unsteady.map(({ file }) => file) };
}

Deno.test("a file that needs real time runs once more; passed then, it is unsteady, else it has failed", async () => {
  const results = [result("a", 0), result("b", 1), result("c", 2)];
  assert.deepEqual(await again(results, ["c"]), { ran: ["b", "c"], failed: ["c"], unsteady: ["b"] });
});

Deno.test("a file that needs no real time, hangs or leaves something behind has failed at once", async () => {
  const results = [result("pure", 1), result("hangs", 1, "did not end within 600 s")];
  assert.deepEqual(await again(results), { ran: [], failed: ["pure", "hangs"], unsteady: [] });
});

Deno.test("when many files fail none runs again, and none after an interruption", async () => {
  const many = Array.from({ length: maxSecondRuns + 1 }, (_, index) => result(`f${index}`, 1));
  assert.deepEqual((await again(many)).ran, []);
  assert.deepEqual((await again(many.slice(1))).ran.length, maxSecondRuns);
  assert.deepEqual((await again(many.slice(1), [], true)).failed.length, maxSecondRuns);
});
