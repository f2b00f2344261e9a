import assert from "node:assert/strict";
import { decodeGraph, type LoadedGraph } from "../../../compiler/graph/checked_graph.ts";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import type { SampleBank } from "../../../compiler/graph/sample_bank.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { SampleError } from "../../../engine/samples/sample_error.ts";
import { PatchUnknownError } from "../../../patches/ready/catalogue.ts";
import { PatchSource } from "../../../patches/loading/patch_source.ts";
import { until } from "../../../foundation/until.ts";
import { keys } from "../../../patches/ready/keys.ts";
import { testFormat as format } from "../../../testing/patch/patch_player.ts";

const named = (name: string) =>
  `import { definePatch } from "understudy";
export default definePatch({
  name: "${name}", instruments: {}, parameters: {}, output: (_buses, _parameters, input) => input,
});`;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Processes whose command line names a path. */
function processesNaming(path: string): number {
  return [...Deno.readDirSync("/proc")].filter(({ name }) => {
    try {
      return /^\d+$/.test(name) && Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(path);
    } catch {
      return false; // it has just ended
    }
  }).length;
}

Deno.test("a name is a ready patch, a file is evaluated, and both are built for the format", () =>
  inFolder(async (folder) => {
    const source = new PatchSource({ format, samples: new SampleLoader() });
    assert.deepEqual(await source.load("keys"), { graph: keys.build(format), samples: undefined });
    await Deno.writeTextFile(`${folder}/organ.ts`, named("organ"));
    assert.equal((await source.load(`${folder}/organ.ts`)).graph.name, "organ");
    assert.equal((await source.compile(`${folder}/organ.ts`)).name, "organ");
    await assert.rejects(source.load("organ"), PatchUnknownError);
    await assert.rejects(source.load(`${folder}/none.ts`), PatchError);
  }));

Deno.test("samples come from the folder of the settings, or from the folder of the ready patches", () =>
  inFolder(async (folder) => {
    const samples = new SampleLoader();
    const { samples: bank, graph } = await new PatchSource({ format, samples }).load("sampler");
    assert.deepEqual((bank as SampleBank).files.map(({ name }) => name), graph.samples);
    await assert.rejects(
      new PatchSource({ format, samples, sampleFolder: folder }).load("sampler"),
      (error) => error instanceof SampleError && error.message.includes(folder),
    );
  }));

Deno.test("an exchange without a name reads the last patch again; one that was refused never becomes the last", () =>
  inFolder(async (folder) => {
    const first = `${folder}/first.ts`;
    await Deno.writeTextFile(first, named("first"));
    await Deno.writeTextFile(`${folder}/second.ts`, named("second"));
    const source = new PatchSource({
      format,
      samples: new SampleLoader(),
      patchFolder: folder,
      initial: first,
    });
    const played: string[] = [];
    const play = ({ graph }: { graph: { name: string } }) => Promise.resolve(void played.push(graph.name));
    await source.exchange(undefined, play);
    await Deno.writeTextFile(first, named("changed"));
    await source.exchange(undefined, play);
    await source.exchange("second.ts", play);
    await assert.rejects(source.exchange("keys", () => Promise.reject(new Error("too slow"))), /too slow/);
    await assert.rejects(source.exchange("/etc/passwd.ts", play), /no such file below/);
    await source.exchange(undefined, play);
    assert.deepEqual(played, ["first", "changed", "second", "second"]);
  }));

Deno.test("an aborted load ends the evaluation at once and rejects with the reason", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/loop.ts`, "for (;;);");
    const source = new PatchSource({ format, samples: new SampleLoader() });
    const reason = new Error("interrupted");
    const abortion = new AbortController();
    const loading = source.load(`${folder}/loop.ts`, abortion.signal);
    assert.ok(await until(() => processesNaming(folder) > 0, { timeoutMs: 30_000 }));
    abortion.abort(reason);
    await assert.rejects(loading, reason);
    assert.equal(processesNaming(folder), 0);
    await assert.rejects(source.load(`${folder}/loop.ts`, abortion.signal), reason);
  }));

Deno.test("while one patch is exchanged the next is refused at once; stopping ends the evaluation", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/loop.ts`, "for (;;);");
    const source = new PatchSource({ format, samples: new SampleLoader(), patchFolder: folder });
    const play = () => Promise.resolve();
    const first = source.exchange("loop.ts", play);
    const others = await Promise.allSettled(
      ["loop.ts", "keys", "none.ts", undefined].map((name) => source.exchange(name, play)),
    );
    for (const other of others) {
      assert.match(
        String(other.status === "rejected" && other.reason),
        /another patch is being loaded; try again/,
      );
    }
    // its shell forks a few times before it is the runtime
    assert.ok(await until(() => processesNaming(`${folder}/loop.ts`) === 1, { timeoutMs: 30_000 }));
    source.stop();
    await assert.rejects(first, /the engine is stopping/);
    assert.equal(processesNaming(folder), 0);
  }));

Deno.test("a ready patch that is exchanged is built beside the main isolate, once, and is the same patch", async () => {
  const source = new PatchSource({ format, samples: new SampleLoader() });
  const played: LoadedGraph[] = [];
  const play = ({ graph }: { graph: LoadedGraph }) => Promise.resolve(void played.push(graph));
  await source.exchange("keys", play);
  await source.exchange("keys", play);
  assert.equal(played[0], played[1]);
  assert.deepStrictEqual(decodeGraph(played[0]), keys.build(format));
  await assert.rejects(source.exchange("organ", play), PatchUnknownError);
});
