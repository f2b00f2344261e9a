/** `understudy start` as a process: how it ends, also before it is ready. */
import assert from "node:assert/strict";
import { start } from "../../cli/start.ts";
import { readConfig } from "../../config/settings.ts";
import { readJournal } from "../../engine/state/read_journal.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { NetworkListError } from "../../osc/admission/network_list.ts";
import { until } from "../../foundation/until.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { requirement } from "../../testing/requirement.ts";
import { sharedItems } from "../../testing/share.ts";
import { soundServerNeeds, startSoundServer } from "../../testing/sound/sound_server.ts";

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

Deno.test("wrong networks are refused before anything opens", async () => {
  await assert.rejects(
    start(readConfig({ ...environment, UNDERSTUDY_OSC_ALLOW: "10.0.0.0/33" }), "test"),
    NetworkListError,
  );
});

/** Many times what a start takes on a slow and busy machine. */
const sayMs = 240_000;

/** The program, and what it said so far. */
function started(env: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", "start", ...args],
    cwd: root,
    env: { ...environment, ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reading = (async () => {
    for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) log += text;
  })();
  let hasEnded = false;
  void process.status.then(() => hasEnded = true);
  const says = async (text: RegExp) => {
    await until(() => hasEnded || text.test(log), { timeoutMs: sayMs, pollMs: 5 });
    if (hasEnded) await reading;
    assert.ok(text.test(log), `${text} is not in:\n${log}`);
  };
  const stop = () => {
    if (!hasEnded) process.kill("SIGTERM");
  };
  const end = async () => {
    const { code } = await process.status;
    await reading;
    return { code, log };
  };
  return { process, says, stop, end };
}

/** A patch file that says its name when it is evaluated. */
const patchText = (name: string) =>
  `import { adsr, definePatch, instrument, sine } from "understudy";
console.log("this is ${name}");
export default definePatch({
  name: "${name}",
  instruments: {
    keys: instrument({
      voices: 1,
      voice: ({ frequencyHz, gate, trigger }) => ({
        output: sine({ frequencyHz }),
        envelope: adsr({ gate, trigger }),
      }),
    }),
  },
  output: ({ keys }) => keys,
});
`;

Deno.test("with --watch a running engine plays each version that is saved, a broken one changes nothing, and the last save wins", () =>
  inFolder(async (folder) => {
    const [file, session] = [`${folder}/mine.ts`, `${folder}/evening.session`];
    await Deno.writeTextFile(file, patchText("first"));
    const engine = started({ UNDERSTUDY_SESSION: session }, [file, "--watch"]);
    try {
      await engine.says(/ready: OSC on/);
      await Deno.writeTextFile(file, patchText("second"));
      await engine.says(/this is second[^]*mine\.ts was saved: it plays/);
      await Deno.writeTextFile(file, "export default 7;");
      await engine.says(/mine\.ts was saved and is not loaded; the patch before plays on: /);
      await Deno.writeTextFile(file, patchText("third"));
      await engine.says(/this is third/); // it is being loaded
      await Deno.writeTextFile(`${file}~`, patchText("fourth"));
      await Deno.rename(`${file}~`, file);
      await Deno.writeTextFile(file, patchText("fifth"));
      await engine.says(/this is fifth[^]*mine\.ts was saved: it plays/);
    } finally {
      engine.stop();
    }
    const { code, log } = await engine.end();
    assert.equal(code, exitCodes.ok, log);
    const { patches } = await readJournal(session);
    const names = patches.map(({ description }) => description.name);
    assert.deepEqual([names[0], names[1], names.at(-1)], ["first", "second", "fifth"]);
    const rendered = await renderAgain(session);
    assert.deepEqual([rendered.differingBlocks, rendered.complete], [0, true]);
  }));

const jackNeeds = { ...soundServerNeeds, libraries: ["libjack.so.0"] };

requirement({
  name: "a start on a sound server that stands still ends with the remedy, or by the first signal",
  fn: async () => {
    const server = await startSoundServer(48_000, 128);
    server.halt();
    try {
      const env = { ...server.env, UNDERSTUDY_DRIVER: "jack" };
      const alone = started(env);
      assert.equal((await alone.end()).code, exitCodes.device);
      const waiting = started({ ...env, UNDERSTUDY_WAIT_DEVICE: "on" });
      await waiting.says(/waiting for the device.*JACK: the server does not answer; restart it/);
      await waiting.says(/ready: OSC on/);
      waiting.process.kill("SIGHUP");
      const { code, log } = await waiting.end();
      assert.equal(code, exitCodes.ok, log);
      assert.match(log, /stopping: SIGHUP\n/);
    } finally {
      server.resume();
      await server.stop();
    }
  },
}, jackNeeds);

requirement({
  name: "a signal ends an engine whose sound server has just stood still or died, and the session is closed",
  fn: () =>
    inFolder(async (folder) => {
      for (const how of sharedItems("ends of a sound server before a signal", ["halt", "kill"] as const, 2)) {
        const server = await startSoundServer(48_000, 128);
        const session = `${folder}/${how}.session`;
        const engine = started({ ...server.env, UNDERSTUDY_DRIVER: "jack", UNDERSTUDY_SESSION: session });
        try {
          await engine.says(/ready: OSC on/);
          await server[how]();
          engine.process.kill("SIGINT");
          const { code, log } = await engine.end();
          assert.equal(code, exitCodes.ok, log);
        } finally {
          if (how === "halt") server.resume();
          await server.stop();
        }
        const rendered = await renderAgain(session);
        assert.deepEqual([rendered.differingBlocks, rendered.complete], [0, true]);
      }
    }),
}, jackNeeds);
