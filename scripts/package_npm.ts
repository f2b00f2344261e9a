/**
 * Makes the npm package, build/understudy-VERSION.tgz: the program, the native part for each machine, and a command that starts the
 * pinned Deno. `npx ./understudy-VERSION.tgz start piano --demo` in an empty folder then plays.
 *
 *     deno task package:npm
 */
import { cp } from "node:fs/promises";
import { playConfiguration, programParts } from "../cli/kept_program.ts";
import { prebuild, prebuiltMachines } from "./prebuild.ts";

const root = new URL("../", import.meta.url);

/** The runtime's version, that of the tests. */
const denoVersion = Deno.version.deno;

/** Makes the package in a folder, with the native part for these machines, and returns its path. */
export async function packageNpm(folder: string, machines = prebuiltMachines): Promise<string> {
  const content = `${folder}/package`;
  await Deno.mkdir(`${content}/bin`, { recursive: true });
  for (const part of programParts) await copy(part, `${content}/${part}`);
  for (const document of ["README.md", "LICENSE", "examples"]) await copy(document, `${content}/${document}`);
  const manifest = await Deno.readTextFile(new URL("deno.json", root));
  await Deno.writeTextFile(`${content}/deno.json`, playConfiguration(manifest));
  await prebuild(`${content}/ffi/prebuilt`, machines);
  await copy("scripts/package/understudy.cjs", `${content}/bin/understudy.cjs`);
  await Deno.chmod(`${content}/bin/understudy.cjs`, 0o755);
  const { version, license } = JSON.parse(manifest);
  await Deno.writeTextFile(
    `${content}/package.json`,
    JSON.stringify(
      {
        name: "understudy",
        version,
        description: "A real-time audio engine for people whose sound must not stop",
        license,
        bin: { understudy: "bin/understudy.cjs" },
        dependencies: { deno: denoVersion },
        os: ["linux"],
        engines: { node: ">=18" },
      },
      undefined,
      2,
    ),
  );
  const { success, stdout, stderr } = await new Deno.Command("npm", {
    args: ["pack", "--silent", content],
    cwd: folder,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  await Deno.remove(content, { recursive: true });
  return `${folder}/${new TextDecoder().decode(stdout).trim()}`;
}

function copy(path: string, target: string): Promise<void> {
  return cp(new URL(path, root), target, { recursive: true });
}

if (import.meta.main) {
  const build = new URL("build", root).pathname;
  await Deno.mkdir(build, { recursive: true });
  console.log(await packageNpm(build));
}
