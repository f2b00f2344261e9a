import assert from "node:assert/strict";
import { runLane } from "../../../scripts/test/lane_runner.ts";
import type { FileResult } from "../../../scripts/test/run_test_file.ts";

const resultOf = (file: string): FileResult => ({
  file,
  counts: { passed: 1, failed: 0, skipped: 0 },
  seconds: 1,
  output: "",
});
const files = Array.from({ length: 10 }, (_, index) => `file ${index}`);

for (const jobs of [1, 3, 20]) {
  Deno.test(`of ${jobs} jobs never more run at a time, each file runs once, in the order given`, async () => {
    const begun: string[] = [];
    let running = 0;
    let most = 0;
    const busy = new Set<number>();
    const results = await runLane(files, {
      jobs,
      interrupted: new AbortController().signal,
      run: async (file, job) => {
        begun.push(file);
        assert.ok(job >= 0 && job < jobs && !busy.has(job), `job ${job} has a number of its own`);
        busy.add(job);
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
        busy.delete(job);
        return resultOf(file);
      },
      onResult: () => {},
    });
    assert.deepEqual(begun, files);
    assert.equal(most, Math.min(jobs, files.length));
    assert.deepEqual(results.map(({ file }) => file).sort(), [...files].sort());
  });
}

Deno.test("nothing begins after an interruption, and what runs is waited for", async () => {
  const controller = new AbortController();
  const seen: string[] = [];
  const results = await runLane(files, {
    jobs: 2,
    interrupted: controller.signal,
    run: (file) => {
      if (file === "file 3") controller.abort();
      return Promise.resolve(resultOf(file));
    },
    onResult: ({ file }) => seen.push(file),
  });
  assert.ok(results.length >= 4 && results.length <= 5, `${results.length}`);
  assert.deepEqual(seen, results.map(({ file }) => file));
});
