/**
 * What runs after the code on the disk has changed.
 *
 * Needs real time: an engine plays by the clock in a process of its own.
 */
import assert from "node:assert/strict";
import { keepCode } from "../../../engine/run/kept_code.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const modules: Readonly<Record<string, string>> = {
  "a/entry.ts":
    'import { two } from "../b/two.ts";\nimport type { Unused } from "../b/types.ts";\nexport const one = two;\n',
  "b/two.ts": 'export {\n  three as two,\n} from "./three.ts";\n',
  "b/three.ts": "export const three = 3;\n",
  "b/types.ts": "export type Unused = number;\n",
  "b/other.ts": "export const other = 0;\n",
};

Deno.test("what a module needs is kept as it was, and a change gives another copy", () =>
  inFolder(async (folder) => {
    const root = new URL(`file://${folder}/program/`);
    const cacheDirectory = `${folder}/cache`;
    await Deno.mkdir(cacheDirectory);
    for (const [path, text] of Object.entries(modules)) {
      await Deno.mkdir(new URL(`${path}/..`, root), { recursive: true });
      await Deno.writeTextFile(new URL(path, root), text);
    }
    const keep = () => keepCode({ root, entries: ["a/entry.ts"], cacheDirectory });
    const kept = keep();
    assert.equal(keep().href, kept.href, "the same text is kept once");
    await Deno.writeTextFile(new URL("b/three.ts", root), "throw new Error('new on the disk');\n");
    assert.equal((await import(new URL("a/entry.ts", kept).href)).one, 3);
    assert.deepEqual([...Deno.readDirSync(new URL("b", kept))].map(({ name }) => name).sort(), [
      "three.ts",
      "two.ts",
    ]);
    assert.notEqual(keep().href, kept.href);
    assert.equal([...Deno.readDirSync(cacheDirectory)].length, 2, "nothing half-done is left");
  }));

/** Plays in a copy of the checkout, whose modules of renderers it damages meanwhile. */
const trial = `
import assert from "node:assert/strict";
import { startTestEngine } from "./testing/engine/test_engine.ts";
import { until } from "./testing/until.ts";
Deno.test("replacements start after the code has changed", async () => {
  const { engine, events, lockstep, stop } = await startTestEngine();
  await lockstep();
  for (const module of ["worker.ts", "renderer_body.ts", "renderer.ts"]) {
    await Deno.writeTextFile(new URL("./engine/renderer/" + module, import.meta.url), "throw new Error('new code');");
  }
  for (let kill = 1; kill <= 6; kill++) {
    engine.injectFault("kill", "primary");
    await until("a fault is found", () => events.filter(({ event }) => event === "fault").length >= kill);
    await lockstep();
  }
  const causes = events.flatMap((event) => event.event === "fault" ? [event.cause] : []);
  assert.ok(causes.every((cause) => cause === "exit" || cause === "hang" || cause === "late"), causes.join());
  assert.ok(engine.status().replacements >= 4);
  await stop();
});
`;

Deno.test("new code on the disk does not enter an engine that plays: replacements run the code of the start", () =>
  inFolder(async (folder) => {
    const checkout = new URL("../../../", import.meta.url).pathname;
    const parts = [
      "engine",
      "ffi",
      "foundation",
      "compiler",
      "config",
      "testing",
      "modules",
      "patches",
      "midi",
    ];
    const { success } = await new Deno.Command("cp", {
      args: ["-r", ...[...parts, "deno.json", "deno.lock"].map((part) => `${checkout}${part}`), folder],
    }).output();
    assert.ok(success);
    await Deno.symlink(`${checkout}node_modules`, `${folder}/node_modules`);
    await Deno.writeTextFile(`${folder}/trial_test.ts`, trial);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "-A", "trial_test.ts"],
      cwd: folder,
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  }));
