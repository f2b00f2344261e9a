/**
 * A real process that is killed and started again.
 *
 * Takes turns: `tests/engine/state/` shows the journal and what is resumed.
 */
import assert from "node:assert/strict";
import { readConfig } from "../../config/settings.ts";
import { SavedState } from "../../cli/saved_state.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { requirement } from "../../testing/requirement.ts";
import { inFolder } from "../../testing/in_folder.ts";

const root = new URL("../..", import.meta.url);

/** A process that plays, and its log. */
function play(folder: string, environment: Readonly<Record<string, string>> = {}, patch = "sines") {
  // a file that may not grow gives an error, as a full disk does, and no signal
  const process = new Deno.Command("sh", {
    args: ["-c", 'trap "" XFSZ; exec "$0" "$@"', Deno.execPath(), "run", "-A", "main.ts", "start", patch],
    cwd: root,
    env: {
      ...{
        UNDERSTUDY_DRIVER: "clock",
        UNDERSTUDY_OSC_PORT: "0",
        UNDERSTUDY_OSCQUERY_PORT: "off",
        NO_COLOR: "1",
      },
      UNDERSTUDY_CACHE_DIR: new URL("build/native-tests", root).pathname,
      UNDERSTUDY_STATE: folder,
      ...environment,
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const lines = process.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    process,
    text: () => text,
    /** Reads the log until a line matches, or its end. */
    logs: async (pattern: RegExp) => {
      while (!pattern.test(text)) {
        const { value, done } = await lines.read();
        if (done) throw new Error(`the process ended: ${text}`);
        text += value;
      }
    },
    end: async () => {
      while (!(await lines.read()).done);
      return (await process.status).code;
    },
  };
}

Deno.test("a killed process goes on where it was, twice; what ends it early a third time starts afresh and is kept", () =>
  inFolder(async (folder) => {
    for (const expected of [/the state is kept/, /goes on from the state of/, /goes on from the state of/]) {
      const running = play(folder);
      await running.logs(expected);
      await running.logs(/the state is kept/);
      running.process.kill("SIGKILL");
      await running.end();
    }
    const last = play(folder);
    await last.logs(/starts afresh: .* kept as journal.refused-1/);
    await last.logs(/the state is kept/);
    const refused = play(folder);
    await refused.logs(/another engine keeps its state in .*; stop it, or choose another folder/);
    assert.equal(await refused.end(), exitCodes.session);
    last.process.kill("SIGTERM");
    assert.equal(await last.end(), exitCodes.ok);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(
      names,
      ["journal", "journal.refused-1", "loaded", "lock"],
      "nothing else is left behind",
    );
  }));

requirement({
  name: "a disk that is full is told, the sound goes on, and the state is kept again when there is room",
  fn: () =>
    inFolder(async (folder) => {
      const running = play(folder);
      await running.logs(/the state is kept/);
      const limit = async (bytes: string) => {
        const args = ["--pid", String(running.process.pid), `--fsize=${bytes}:`];
        const { success, stderr } = await new Deno.Command("prlimit", { args }).output();
        assert.ok(success, new TextDecoder().decode(stderr));
      };
      await limit("4096");
      await running.logs(/the state is not kept: .*too large.*tried again soon/);
      await limit("unlimited");
      await running.logs(/not kept[^]*the state is kept/);
      running.process.kill("SIGKILL");
      await running.end();
      assert.doesNotMatch(running.text(), /silent|starts afresh/);
      const next = play(folder);
      await next.logs(/goes on from the state of/);
      next.process.kill("SIGTERM");
      assert.equal(await next.end(), exitCodes.ok);
    }),
}, { commands: ["prlimit"], install: "apt-get install util-linux" });

const patchFile = (name: string) =>
  `import { definePatch } from "understudy";
  export default definePatch({ name: "${name}", instruments: {}, parameters: {}, output: (_buses, _parameters, input) => input });`;

Deno.test("a file that was edited meanwhile is told; a reload by SIGHUP plays it, a broken one is refused, and the last one is remembered", () =>
  inFolder(async (parent) => {
    const folder = `${parent}/state`;
    const file = `${parent}/patch.ts`;
    // somebody who starts it as a service, and does not listen
    const environment = { NOTIFY_SOCKET: `${parent}/notify` };
    await Deno.writeTextFile(file, patchFile("first"));
    const first = play(folder, environment, file);
    await first.logs(/the state is kept/);
    first.process.kill("SIGKILL");
    await first.end();
    await Deno.writeTextFile(file, patchFile("edited"));
    const next = play(folder, environment, file);
    await next.logs(/patch\.ts was edited since it was loaded: the code that played goes on/);
    assert.match(next.text(), /playing first on/);
    await next.logs(/ready: /);
    next.process.kill("SIGHUP");
    await next.logs(/plays edited from here on/);
    await Deno.writeTextFile(file, "export default 1;");
    next.process.kill("SIGHUP");
    await next.logs(/reload: .*; the patch before plays on/);
    next.process.kill("SIGTERM");
    assert.equal(await next.end(), exitCodes.ok);
    const { patch, unixMs } = JSON.parse(await Deno.readTextFile(`${folder}/loaded`));
    assert.deepEqual([patch, Math.sign(unixMs - Deno.statSync(file).mtime!.getTime())], [file, -1]);
  }));

Deno.test("without a folder no state is kept", async () => {
  const keep = () => {};
  const log = { debug: keep, info: keep, warning: keep, error: keep };
  assert.equal(await SavedState.open({ config: readConfig({}), version: "1", log }), undefined);
});
