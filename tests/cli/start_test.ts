/** `understudy start` as a process: how it ends, also before it is ready. */
import assert from "node:assert/strict";
import { start } from "../../cli/start.ts";
import { readConfig } from "../../config/settings.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { NetworkListError } from "../../osc/admission/network_list.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { until } from "../../foundation/until.ts";

const root = new URL("../..", import.meta.url);
const environment = {
  UNDERSTUDY_DRIVER: "clock",
  UNDERSTUDY_OSC_PORT: "0",
  UNDERSTUDY_OSCQUERY_PORT: "off",
  UNDERSTUDY_CACHE_DIR: new URL("build/native-tests", root).pathname,
};

async function fileOf(source: string): Promise<string> {
  const file = await Deno.realPath(await Deno.makeTempFile({ suffix: ".ts" }));
  await Deno.writeTextFile(file, source);
  return file;
}

/** Processes of the sandbox that evaluate a patch file. */
function evaluating(file: string): number {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => {
    try {
      const line = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      return /^\d+$/.test(name) && line.includes(`file://${file}`) && line.includes("evaluate_child");
    } catch {
      return false; // no process, or one that has just ended
    }
  }).length;
}

Deno.test("a signal while the patch is evaluated ends the start: exit code 0, and no process is left", async () => {
  const file = await fileOf("for (;;);");
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", "start", file],
    cwd: root,
    env: { ...environment, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const text = new Response(process.stderr).text();
  assert.ok(await until(() => evaluating(file) > 0, { timeoutMs: 60_000, pollMs: 5 }));
  process.kill("SIGTERM");
  const { code } = await process.status;
  assert.equal(code, exitCodes.ok, await text);
  assert.match(await text, /^[^\n]* info +engine +stopping: SIGTERM\n$/);
  assert.equal(evaluating(file), 0);
  await Deno.remove(file);
});

Deno.test("a patch that gives numbers that are not finite is refused before anything opens", async () => {
  const file = await fileOf(
    `import { adsr, definePatch, instrument, sine } from "understudy";
    export default definePatch({
      name: "broken",
      parameters: {},
      instruments: {},
      output: () => {
        const huge = sine({ frequencyHz: 100 }).times(3e38);
        return huge.times(huge).minus(huge.times(huge));
      },
    });`,
  );
  await assert.rejects(
    start(readConfig({ ...environment, UNDERSTUDY_PATCH: file, UNDERSTUDY_LOG_LEVEL: "error" }), "test"),
    (error) => {
      assert.ok(error instanceof PatchError, String(error));
      assert.match(error.message, /^patch broken: gave numbers that are not finite when it was rehearsed$/);
      return true;
    },
  );
  await Deno.remove(file);
});

Deno.test("wrong networks are refused before anything opens", async () => {
  await assert.rejects(
    start(readConfig({ ...environment, UNDERSTUDY_OSC_ALLOW: "10.0.0.0/33" }), "test"),
    NetworkListError,
  );
});
