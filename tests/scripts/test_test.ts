/** Covers: scripts/test.ts */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Runs the test command on one test file and returns its exit code and last line. */
async function runOn(text: string, ...args: string[]): Promise<{ code: number; last: string | undefined }> {
  const folder = await mkdtemp(join(tmpdir(), "understudy-test-"));
  try {
    const file = join(folder, "planted_test.ts");
    await writeFile(file, text);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "scripts/test.ts", ...args, file],
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      stdin: "null",
      stderr: "null",
    }).output();
    return { code, last: new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const good = 'Deno.test("good", () => {});\n';
const bad = 'Deno.test("bad", () => {\n  throw new Error("planted");\n});\n';

Deno.test("the last line counts what passed, and the exit code is 0", async () => {
  assert.deepEqual(await runOn(good), { code: 0, last: "1 passed, 0 failed" });
});

Deno.test("failed and skipped tests are counted, and the exit code is not 0", async () => {
  const { code, last } = await runOn(`${good}${bad}Deno.test.ignore("idle", () => {});\n`);
  assert.equal(last, "1 passed, 1 failed, 1 skipped");
  assert.notEqual(code, 0);
});

Deno.test("a test file that cannot be loaded is a failure", async () => {
  const { code, last } = await runOn(`throw new Error("planted");\n${good}`);
  assert.match(last ?? "", /^\d+ passed, [1-9]\d* failed/);
  assert.notEqual(code, 0);
});

Deno.test("a filter is handed on, and one that matches nothing is a failure", async () => {
  assert.deepEqual(await runOn(good + bad, "--filter", "good"), { code: 0, last: "1 passed, 0 failed" });
  const { code, last } = await runOn(good, "--filter", "absent");
  assert.equal(last, "0 passed, 1 failed");
  assert.notEqual(code, 0);
});
