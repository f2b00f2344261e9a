/** Covers: scripts/test/junit_report.ts */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { until } from "../../../testing/until.ts";
import { type FileOptions, type FileResult, runTestFile } from "../../../scripts/test/run_test_file.ts";

/** Runs a test file of this text. */
async function runOn(
  text: string,
  options: Partial<FileOptions> = {},
): Promise<FileResult> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/planted_test.ts`, text);
    return await runTestFile(`${folder}/planted_test.ts`, {
      limitSeconds: 60,
      interrupted: new AbortController().signal,
      ...options,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Whether a process runs; one that only waits for its parent to notice its end does not. */
function lives(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

const good = 'Deno.test("good", () => {});\n';
const bad = 'Deno.test("bad", () => {\n  throw new Error("planted");\n});\n';

Deno.test("passed, failed and skipped tests are counted, those that a filter leaves out are not", async () => {
  const { counts, problem } = await runOn(`${good}${bad}Deno.test.ignore("idle", () => {});\n`);
  assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 1 });
  assert.equal(problem, undefined);
  assert.deepEqual((await runOn(good + bad, { filter: "good" })).counts, {
    passed: 1,
    failed: 0,
    skipped: 0,
  });
});

Deno.test("a file that cannot be loaded, or whose process ends, fails, whatever it had passed", async () => {
  assert.ok((await runOn(`throw new Error("planted");\n${good}`)).counts.failed > 0);
  assert.ok((await runOn(`import "./absent.ts";\n${good}`)).counts.failed > 0);
  const crashed = await runOn(`${good}Deno.test("crash", () => Deno.kill(Deno.pid, "SIGKILL"));\n`);
  assert.deepEqual(crashed.counts, { passed: 0, failed: 1, skipped: 0 });
  assert.equal(crashed.problem, "ended with SIGKILL and without a report");
});

Deno.test("a file that hangs fails when its time is up, with the name of the test that hangs", async () => {
  // this machine, as busy as it is now, has begun the test by then
  const limitSeconds = 2 + Math.ceil(5 * (await runOn(good)).seconds);
  const hangs = ["await new Promise((done) => setTimeout(done, 1e9));", "while (true);"];
  await Promise.all(hangs.map(async (hang) => {
    const { counts, problem, output } = await runOn(`Deno.test("for ever", async () => { ${hang} });\n`, {
      limitSeconds,
    });
    assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
    assert.equal(problem, `did not end within ${limitSeconds} s`);
    assert.match(output, /for ever/);
  }));
});

Deno.test("a process that a file leaves behind is ended and is a failure", async () => {
  const { counts, problem, output } = await runOn(
    `Deno.test("leaves", async () => {
      const script = "sleep 600 > /dev/null 2>&1 & echo left $!";
      const { stdout } = await new Deno.Command("sh", { args: ["-c", script] }).output();
      console.log(new TextDecoder().decode(stdout));
    });\n`,
    { childGraceMs: 100 }, // it never ends by itself
  );
  assert.match(problem ?? "", /^left processes behind: sleep \(\d+\)$/);
  assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0 });
  assert.ok(!lives(/left (\d+)/.exec(output)![1]));
});

Deno.test("an interrupted file ends at once with all that it started", async () => {
  const controller = new AbortController();
  const folder = await Deno.makeTempDir();
  const mark = `${folder}/pid`;
  const running = runOn(
    `Deno.test("waits", async () => {
      const child = new Deno.Command("sleep", { args: ["600"] }).spawn();
      Deno.writeTextFileSync(${JSON.stringify(mark)}, String(child.pid));
      await child.status;
    });\n`,
    { interrupted: controller.signal },
  );
  const pidOfChild = () => existsSync(mark) ? Deno.readTextFileSync(mark) : "";
  await until("a child of the file", () => pidOfChild() !== "");
  const pid = pidOfChild();
  controller.abort();
  const { counts, problem } = await running;
  assert.deepEqual([counts.failed, problem], [1, "was interrupted"]);
  assert.ok(!lives(pid));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file in the background gives way to other programs and to other sessions", async () => {
  const { output, problem } = await runOn(
    `Deno.test("says", () => {
      const read = (name) => Deno.readTextFileSync("/proc/self/" + name);
      const fields = read("stat").split(") ").at(-1).split(" ");
      console.log("policy " + fields[38] + ", nice " + fields[16]);
      try {
        console.log("session " + read("autogroup"));
      } catch {
        console.log("session / nice 19"); // this system does not weigh sessions
      }
    });\n`,
    { background: true },
  );
  assert.equal(problem, undefined);
  const idle = 5;
  assert.match(output, new RegExp(`policy (${idle}, nice \\d+|0, nice 19)\n`));
  assert.match(output, /session .* nice 19\n/);
});
