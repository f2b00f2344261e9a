/**
 * What runs after the code on the disk has changed.
 *
 * Needs real time: the program plays by the clock.
 *
 * Takes turns: every start of the program in `tests/main_test.ts` keeps one.
 */
import assert from "node:assert/strict";
import { keepProgram, programParts, removeOldPrograms } from "../../cli/kept_program.ts";
import { NotPrivateError } from "../../foundation/private_folder.ts";
import { ConfigError } from "../../config/config_error.ts";
import { ImportGraph } from "../../scripts/test/import_graph.ts";
import { copyOfCheckout } from "../../testing/engine/copy_of_checkout.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { ProgramInProcesses } from "../../testing/engine/program_in_processes.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import { until } from "../../testing/until.ts";

const root = new URL("../../", import.meta.url);

/** Makes every module below a folder throw when it is loaded. */
async function breakModules(folder: string): Promise<void> {
  for (const { name, isDirectory } of [...Deno.readDirSync(folder)]) {
    const path = `${folder}${name}`;
    if (isDirectory) await breakModules(`${path}/`);
    else if (name.endsWith(".ts")) {
      await Deno.writeTextFile(path, "throw new Error('new code');", { append: true });
    }
  }
}

/** Environment in which patches from files may be loaded, and the file of one. */
async function patchFolder(folder: string): Promise<{ environment: Record<string, string>; file: string }> {
  const file = `${folder}/organ.ts`;
  await Deno.copyFile(new URL("examples/patches/organ.ts", root), file);
  return { environment: { UNDERSTUDY_PATCH_FOLDER: folder }, file };
}

Deno.test("every file that the program can load, or start a process from, is in its copy", async () => {
  const graph = await ImportGraph.read(root);
  const parts: readonly string[] = programParts;
  const needed = [...graph.closure("main.ts")].filter((path) => graph.sources.includes(path));
  assert.ok(needed.includes("osc/oscquery/server.ts"), "what is loaded later counts");
  assert.deepEqual(needed.filter((path) => !parts.includes(path.split("/")[0])), []);
});

Deno.test("the program is kept once, whole, and by its content", () =>
  inFolder(async (folder) => {
    const checkout = await copyOfCheckout(`${folder}/checkout`);
    const cache = `${folder}/cache`;
    await Deno.mkdir(cache);
    const keep = () => keepProgram(new URL(`file://${checkout}`), cache);
    const kept = await keep();
    assert.equal((await keep()).href, kept.href);
    assert.equal((await keepProgram(kept, cache)).href, kept.href, "a copy is not copied");
    const { version } = JSON.parse(await Deno.readTextFile(new URL("deno.json", kept)));
    const said = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", new URL("main.ts", kept).pathname, "version"],
      cwd: folder,
    }).output();
    assert.match(new TextDecoder().decode(said.stdout), new RegExp(`^understudy ${version} `));
    await Deno.writeTextFile(`${checkout}ffi/native/clock.c`, "/* new */\n", { append: true });
    assert.notEqual((await keep()).href, kept.href);
    assert.equal([...Deno.readDirSync(cache)].length, 2, "nothing half-done is left");
  }));

Deno.test("everything that the program loads, at once or later, in a thread or in this one, is kept with it", async () => {
  const workers = [
    ...(await Deno.readTextFile(new URL("scripts/compile.ts", root))).matchAll(/--include=(.*\.ts)"/g),
  ];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: root,
    stdin: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: { specifier: string }[] };
  const loaded = modules.filter(({ specifier }) => specifier.startsWith(root.href))
    .map(({ specifier }) => specifier.slice(root.href.length));
  assert.ok(loaded.length > 100 && workers.length > 3);
  const missing = [...loaded, ...workers.map(([, worker]) => worker)]
    .filter((file) => !programParts.some((part) => file === part || file.startsWith(`${part}/`)))
    .filter((file) => !file.startsWith("node_modules/"));
  assert.deepEqual(missing, []);
});

Deno.test("a copy that was changed, or has lost a file, is made again before it is used", () =>
  inFolder(async (folder) => {
    const checkout = await copyOfCheckout(`${folder}/checkout`);
    const cache = `${folder}/cache`;
    const keep = () => keepProgram(new URL(`file://${checkout}`), cache);
    const kept = await keep();
    const original = await Deno.readTextFile(new URL("main.ts", kept));
    await Deno.writeTextFile(new URL("main.ts", kept), "throw new Error('planted');");
    assert.equal((await keep()).href, kept.href);
    assert.equal(await Deno.readTextFile(new URL("main.ts", kept)), original);
    await Deno.remove(new URL("cli/run.ts", kept));
    await keep();
    assert.ok((await Deno.stat(new URL("cli/run.ts", kept))).isFile);
    assert.equal([...Deno.readDirSync(cache)].length, 1, "nothing is left of the damaged ones");
    await Deno.chmod(cache, 0o777);
    await assert.rejects(keep, NotPrivateError);
  }));

Deno.test("a start removes copies that nobody plays from, and no other", () =>
  inFolder(async (folder) => {
    const checkout = await copyOfCheckout(`${folder}/checkout`);
    const cache = `${folder}/cache`;
    await Deno.mkdir(cache);
    const keep = async (change: string) => {
      await Deno.writeTextFile(`${checkout}ffi/native/clock.c`, change, { append: true });
      return await keepProgram(new URL(`file://${checkout}`), cache);
    };
    const names = () => [...Deno.readDirSync(cache)].map(({ name }) => name).sort();
    const nameOf = (copy: URL) => copy.pathname.split("/").at(-2)!;
    const [played, current] = [await keep("/* a */"), await keep("/* b */")]; // held by this process from here on
    const unlocked = "program-00000000000000aa"; // as left by a process that has ended
    const [locked, before] = ["program-00000000000000bb", "program-00000000000000cc"];
    for (const name of [unlocked, locked, before]) {
      await Deno.mkdir(`${cache}/${name}/cli`, { recursive: true });
      await Deno.copyFile(new URL("kept", current), `${cache}/${name}/kept`);
    }
    await Deno.writeTextFile(`${cache}/${before}/kept`, ""); // of a version that locks nothing
    const unfinished = `${unlocked}-${crypto.randomUUID()}`;
    await Deno.mkdir(`${cache}/${unfinished}`);
    await Deno.writeTextFile(`${cache}/understudy.so`, "no copy");
    removeOldPrograms(current, cache);
    assert.equal(names().length, 7, "all of them were used a moment ago");
    const laterMs = Date.now() + 2 * 3_600_000;
    const other = new Deno.Command("flock", {
      args: ["-s", `${cache}/${locked}/kept`, "sh", "-c", "echo held; read line"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = other.stdout.getReader();
    await reader.read(); // it holds the lock
    removeOldPrograms(current, cache, laterMs);
    assert.deepEqual(names(), [nameOf(played), nameOf(current), locked, before, "understudy.so"].sort());
    await other.stdin.close();
    await reader.cancel();
    await other.status;
    removeOldPrograms(current, cache, laterMs);
    assert.deepEqual(names(), [nameOf(played), nameOf(current), before, "understudy.so"].sort());
  }));

Deno.test("a cache that cannot be written to is named, with the remedy", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(
      () => keepProgram(root, `${folder}/file`),
      (error) => error instanceof ConfigError && /set UNDERSTUDY_CACHE_DIR/.test(error.message),
    );
  }));

Deno.test("new code on the disk does not enter a program in processes: patches load, and a control process starts", () =>
  inFolder(async (folder) => {
    const checkout = await copyOfCheckout(`${folder}/checkout`);
    const { environment, file } = await patchFolder(folder);
    environment.UNDERSTUDY_STATE = `${folder}/state`;
    const program = await ProgramInProcesses.start({
      patch: "keys",
      environment,
      main: `${checkout}main.ts`,
    });
    const client = new UdpClient(`127.0.0.1:${program.port}`);
    try {
      await breakModules(checkout);
      assert.deepEqual(await client.ask("/patch/load", "s", "sampler"), ["/done /patch/load"]);
      await program.signal("control", "SIGKILL");
      await until("the next control process answers", () => /ready: OSC[^]*ready: OSC/.test(program.output));
      await program.signal("primary", "SIGKILL");
      assert.deepEqual(await client.ask("/patch/load", "s", file), ["/done /patch/load"]);
      assert.doesNotMatch(program.output, /new code/);
    } catch (cause) {
      throw new Error(program.output, { cause });
    } finally {
      await client.close();
      assert.equal(await program.stop(), 0);
    }
  }));

Deno.test("new code on the disk does not enter a program in threads: patches load, and renderers are replaced", () =>
  inFolder(async (folder) => {
    const checkout = await copyOfCheckout(`${folder}/checkout`);
    const { environment, file } = await patchFolder(folder);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `${checkout}main.ts`, "start", "keys"],
      env: {
        UNDERSTUDY_DRIVER: "clock",
        UNDERSTUDY_CACHE_DIR: new URL("build/native-tests", root).pathname,
        UNDERSTUDY_OSC_PORT: "0",
        UNDERSTUDY_OSCQUERY_PORT: "0",
        UNDERSTUDY_MIDI: "off",
        UNDERSTUDY_MDNS: "off",
        UNDERSTUDY_FAULTS: "on",
        ...environment,
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let output = "";
    const reading = (async () => {
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) output += text;
    })();
    const port = () => /ready: OSC on (\S+)/.exec(output)?.[1];
    try {
      await until("the program is ready", () => port() !== undefined);
      const client = new UdpClient(port()!);
      await breakModules(checkout);
      assert.deepEqual(await client.ask("/patch/load", "s", "sampler"), ["/done /patch/load"]);
      assert.deepEqual(await client.ask("/patch/load", "s", file), ["/done /patch/load"]);
      assert.deepEqual(await client.ask("/engine/fault", "ss", "kill", "all"), ["/done /engine/fault"]);
      await until("one that was started since plays", () => /(primary|standby|spare)#6 .*plays/.test(output));
      assert.doesNotMatch(output, /new code/);
      await client.close();
    } catch (cause) {
      throw new Error(output, { cause });
    } finally {
      child.kill("SIGTERM");
      assert.equal((await child.status).code, 0);
      await reading;
    }
  }));
