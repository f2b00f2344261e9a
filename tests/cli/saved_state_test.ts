/** A real process that is killed and started again. */
import assert from "node:assert/strict";
import { readConfig } from "../../config/settings.ts";
import { SavedState } from "../../cli/saved_state.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { inFolder } from "../../testing/in_folder.ts";

const root = new URL("../..", import.meta.url);

/** A process that plays, and its log. */
function play(folder: string, environment: Readonly<Record<string, string>> = {}) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", "start", "sines"],
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

Deno.test("without a folder no state is kept", async () => {
  const keep = () => {};
  const log = { debug: keep, info: keep, warning: keep, error: keep };
  assert.equal(await SavedState.open({ config: readConfig({}), version: "1", log }), undefined);
});
