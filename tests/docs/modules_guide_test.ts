/**
 * Does what docs/modules-guide.md says, in a copy of the sources: writes its files, runs its test, plays its patch.
 *
 * Takes turns: modules and patch files have tests of their own; here are those of one page.
 */
import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url).pathname;
const guide = await Deno.readTextFile(new URL("../../docs/modules-guide.md", import.meta.url));

/** Code with the name of its file, in the order of the page. */
const blocks = [...guide.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(([, path, code]) => ({
  path,
  code,
}));

const playIt = `import assert from "node:assert/strict";
import { evaluatePatch } from "./patches/loading/evaluate_patch.ts";
import { compileGraph } from "./compiler/compile.ts";
import { decodeGraph } from "./compiler/graph/checked_graph.ts";
import { PatchPlayer, peak, testFormat } from "./testing/patch/patch_player.ts";

Deno.test("the patch of the guide sounds, is driven, and falls silent", async () => {
  const graph = decodeGraph(
    await evaluatePatch(new URL("./overdriven.ts", import.meta.url).pathname, testFormat),
  );
  const player = new PatchPlayer(compileGraph(graph, testFormat));
  player.set("drive/amountDb", 0).play(48_000);
  const soft = peak(player.on(60).play(9_600));
  player.set("drive/amountDb", 40).play(9_600);
  const loud = peak(player.play(9_600));
  assert.ok(soft > 0.1 && soft < 0.28 && loud > 0.9 && loud < 1.000001, \`\${soft}, \${loud}\`);
  assert.equal(peak(player.off(60).play(48_000).subarray(90_000)), 0);
});
`;

Deno.test("the code of the modules guide runs as it stands", async () => {
  assert.deepEqual(blocks.map(({ path }) => path), [
    "modules/effects/drive.ts",
    "tests/modules/effects/drive_test.ts",
    "modules/mod.ts",
    "overdriven.ts",
  ]);
  const folder = await Deno.makeTempDir();
  const sources = [
    ...["compiler", "engine", "ffi", "foundation", "modules", "patches"],
    ...["testing/patch/patch_player.ts", "testing/trial/trial_patch.ts"],
  ];
  for (const source of sources) await copy(`${root}${source}`, `${folder}/${source}`);
  for (const name of ["deno.json", "deno.lock", "play.lock"]) {
    await copy(`${root}${name}`, `${folder}/${name}`);
  }
  await Deno.symlink(`${root}node_modules`, `${folder}/node_modules`);
  for (const { path, code } of blocks) await write(`${folder}/${path}`, code);
  await write(`${folder}/play_test.ts`, playIt);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--no-lock",
      "-A",
      `--config=${folder}/deno.json`,
      "tests/modules/effects",
      "play_test.ts",
    ],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success && output.includes("2 passed"), output);
  await Deno.remove(folder, { recursive: true });
});

/** A file, or all files of a folder. */
async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return write(to, await Deno.readTextFile(from));
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}

/** Makes a file with its folders, or adds lines to one that is there. */
async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text, { append: true });
}
