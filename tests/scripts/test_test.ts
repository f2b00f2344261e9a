/**
 * Covers: scripts/test.ts scripts/test/requirements.ts
 *
 * Needs no real time: the tests that it runs are planted ones.
 *
 * Takes turns: `tests/scripts/test/` shows each part of the runner.
 */
import assert from "node:assert/strict";
import { until } from "../../testing/until.ts";
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

Deno.test("a word that is not understood is refused before any test runs, and help is no run", async () => {
  assert.equal((await runOn(bad, "--filtr", "x")).code, 2);
  const { code, last } = await runOn(bad, "--help");
  assert.ok(code === 0 && !/passed/.test(last ?? ""), last);
});

for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} ends a run with all processes that its tests have started`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "understudy-test-"));
    try {
      for (const name of ["one", "two", "three"]) {
        await writeFile(
          join(folder, `${name}_test.ts`),
          `Deno.test("waits", async () => {
            const child = new Deno.Command("sh", { args: ["-c", "trap '' TERM; sleep 600"] }).spawn();
            Deno.writeTextFileSync("${folder}/${name}.pid", Deno.pid + " " + child.pid);
            await child.status;
          });\n`,
        );
      }
      const files = ["one", "two", "three"].map((name) => join(folder, `${name}_test.ts`));
      const run = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "scripts/test.ts", "--jobs", "2", ...files],
        cwd: fileURLToPath(new URL("../../", import.meta.url)),
        ...{ stdin: "null", stdout: "piped", stderr: "null" },
      }).spawn();
      const printed = new Response(run.stdout).text();
      const pids = () =>
        [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".pid"))
          .flatMap(({ name }) =>
            Deno.readTextFileSync(join(folder, name)).split(" ").filter((pid) => pid !== "")
          );
      await until("the begin of two tests", () => pids().length >= 4, 60_000);
      run.kill(signal);
      const { code } = await run.status;
      assert.equal(code, expected);
      const lines = (await printed).trimEnd().split("\n");
      assert.equal(lines.at(-1), "0 passed, 2 failed");
      assert.equal(lines.at(-2), "interrupted; files that were not run: 1");
      assert.equal(pids().length, 4, "the third file did not begin");
      assert.deepEqual(pids().filter(lives), []);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

/** Whether a process runs; one that only waits for its parent to notice its end does not. */
function lives(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

Deno.test("a filter is handed on, and one that matches nothing is a failure", async () => {
  assert.deepEqual(await runOn(good + bad, "--filter", "good"), { code: 0, last: "1 passed, 0 failed" });
  const { code, last } = await runOn(good, "--filter", "absent");
  assert.equal(last, "0 passed, 1 failed");
  assert.notEqual(code, 0);
});
