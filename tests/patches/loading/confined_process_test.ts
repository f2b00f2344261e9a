/** What the system refuses to a confined process, whatever the runtime lets it do. */
import assert from "node:assert/strict";
import { endConfined } from "../../../foundation/confined_command.ts";
import { type ConfinedModule, startConfined } from "../../../patches/loading/confined_process.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { until } from "../../../testing/until.ts";

/** Starts a program that may do what the runtime knows, and returns what it printed. */
async function run(folder: string, source: string, options: Partial<ConfinedModule> = {}) {
  await Deno.writeTextFile(`${folder}/program.ts`, source);
  return startConfined({
    module: new URL(`file://${folder}/program.ts`),
    args: [],
    flags: ["--allow-all"],
    maxHeapMiB: 128,
    maxProcessorSeconds: 60,
    isPlaying: true,
    stdin: "null",
    ...options,
  });
}

async function outputOf(process: Deno.ChildProcess): Promise<string> {
  const { stdout, stderr } = await process.output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("no file grows, neither one that it names nor one of the runtime", () =>
  inFolder(async (folder) => {
    const text = await outputOf(
      await run(
        folder,
        `const attempts = {
          file: () => Deno.writeTextFileSync(${JSON.stringify(`${folder}/out`)}, "x"),
          cache: async () => (await caches.open("x")).put(new Request("http://a/b"), new Response("x".repeat(1e5))),
          storage: () => localStorage.setItem("n", "x"),
        };
        for (const [name, attempt] of Object.entries(attempts)) {
          try { await attempt(); console.log(name, "stored"); } catch (error) { console.log(name, "refused"); }
        }`,
      ),
    );
    assert.equal(text, "file refused\ncache refused\nstorage refused\n");
  }));

Deno.test("it has the lowest priority while something plays, and no environment", () =>
  inFolder(async (folder) => {
    Deno.env.set("UNDERSTUDY_TEST_SECRET", "secret");
    const source = `import { getPriority } from "node:os";
      console.log(getPriority(), Object.keys(Deno.env.toObject()).filter((name) => name.startsWith("UNDERSTUDY")));`;
    assert.equal(await outputOf(await run(folder, source)), "19 []\n");
    Deno.env.delete("UNDERSTUDY_TEST_SECRET");
  }));

Deno.test("its processor time is limited, and it can be ended whatever it does", () =>
  inFolder(async (folder) => {
    const busy = await run(folder, "for (;;);", { maxProcessorSeconds: 1 });
    assert.equal((await busy.output()).signal, "SIGKILL");
    const waiting = await run(folder, "console.log('up'); setInterval(() => {}, 1_000);");
    const reader = waiting.stdout.getReader();
    let text = "";
    void (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        text += new TextDecoder().decode(part.value);
      }
    })();
    await until("the program to run", () => text === "up\n");
    endConfined(waiting);
    endConfined(waiting);
    assert.equal((await waiting.status).signal, "SIGKILL");
    await waiting.stderr.cancel();
  }));
