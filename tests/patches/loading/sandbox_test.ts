/**
 * What a patch file can read: the list here is the whole list.
 *
 * Needs no real time: the files that it names are read, not run.
 */
import assert from "node:assert/strict";
import { evaluatePatch } from "../../../patches/loading/evaluate_patch.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

const root = new URL("../../..", import.meta.url).pathname;

/** Folders, with everything in them, and single files, below the root of the project. */
const granted = [
  "modules/",
  "compiler/graph/",
  "foundation/exit_codes.ts",
  "foundation/exit_error.ts",
  "foundation/nearest.ts",
];

/** Other tests build in `build/` meanwhile: a folder may be gone when its turn comes. */
function entriesOf(folder: string): readonly Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function* filesBelow(folder: string): Generator<string> {
  for (const { name, isFile, isDirectory } of entriesOf(folder)) {
    if (isFile) yield folder + name;
    else if (isDirectory && name !== "node_modules" && name !== ".git") {
      yield* filesBelow(`${folder}${name}/`);
    }
  }
}

/** Evaluates a patch file that tries something with each path; the paths with which it succeeded. */
async function succeeding(folder: string, paths: readonly string[], attempt: string): Promise<string[]> {
  const list = `${folder}/probe.ts`;
  await Deno.writeTextFile(
    list,
    `import { definePatch } from "understudy";
const succeeded = [];
for (const path of ${JSON.stringify(paths)}) {
  try {
    ${attempt};
    succeeded.push(path);
  } catch (error) {
    if (!/^Requires read access/.test(error.message)) succeeded.push(path + ": " + error.message);
  }
}
console.log(JSON.stringify(succeeded));
export default definePatch({
  name: "probe", instruments: {}, parameters: {}, output: (_buses, _parameters, input) => input,
});`,
  );
  let printed = "";
  await evaluatePatch(list, testFormat, {
    timeLimitMs: 120_000, // many files on a slow machine
    onPrint: (text) => printed += text,
  });
  return JSON.parse(printed);
}

Deno.test("a patch file reads itself and the sources that patches are made of, and no other file", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.writeTextFile(`${folder}/sibling.ts`, "export default 7;");
  await Deno.symlink(`${root}deno.lock`, `${folder}/link.ts`);
  const project = [...filesBelow(root)];
  for (const path of ["engine/engine.ts", "deno.lock", "main.ts", "patches/loading/evaluate_patch.ts"]) {
    assert.ok(project.includes(root + path), path);
  }
  const strange = [
    "/etc/passwd",
    "/proc/self/environ",
    "/proc/self/cmdline",
    "/dev/mem",
    Deno.execPath(),
    `${folder}/sibling.ts`,
    `${folder}/link.ts`,
    `${root}modules/../deno.lock`,
  ];
  const expected = [
    `${folder}/probe.ts`,
    ...project.filter((path) =>
      granted.some((grant) => grant.endsWith("/") ? path.startsWith(root + grant) : path === root + grant)
    ),
  ];
  const paths = [...project, ...strange, `${folder}/probe.ts`];
  const read = await succeeding(folder, paths, "Deno.readFileSync(path)");
  assert.deepEqual(read.sort(), expected.sort());
  assert.ok(expected.length > 80);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a patch file lists the folders of those sources, and no other folder", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const folders = [
    "",
    "engine/",
    "foundation/",
    "compiler/",
    "compiler/graph/",
    "modules/",
    "modules/signal/",
  ];
  const listed = await succeeding(
    folder,
    [...folders.map((path) => root + path), `${folder}/`, "/", "/etc"],
    "Array.from(Deno.readDirSync(path))",
  );
  assert.deepEqual(listed, ["compiler/graph/", "modules/", "modules/signal/"].map((path) => root + path));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a patch file imports no other source of the project", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const sources = ["main.ts", "engine/engine.ts", "foundation/logging.ts", "patches/ready/keys.ts"];
  const imported = await succeeding(
    folder,
    [...sources, "modules/mod.ts"].map((path) => root + path),
    "await import(`file://${path}`)",
  );
  assert.deepEqual(imported, [`${root}modules/mod.ts`]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("every granted file is one that the modules or the child import", async () => {
  const info = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", `${root}patches/loading/evaluate_child.ts`],
    cwd: root,
  }).output();
  const child: { modules: { specifier: string }[] } = JSON.parse(new TextDecoder().decode(info.stdout));
  const imported = child.modules.map(({ specifier }) => specifier.replace("file://", ""));
  for (const grant of granted.filter((grant) => !grant.endsWith("/"))) {
    assert.ok(imported.includes(root + grant), grant);
  }
});
