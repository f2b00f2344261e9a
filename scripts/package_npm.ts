/**
 * Makes the npm package, build/understudy-VERSION.tgz: the program, the native part for each machine, and a command that starts the
 * pinned Deno. `npx ./understudy-VERSION.tgz start piano --demo` in an empty folder then plays.
 *
 *     deno task package:npm
 */
import { developmentCommand } from "../testing/development_command.ts";
import { copyFromCheckout, runTool, writeProgram } from "./package/program_content.ts";
import { prebuiltMachines } from "./prebuild.ts";

/** The runtime's version, that of the tests. */
const denoVersion = Deno.version.deno;

/** Makes the package in a folder, with the native part for these machines, and returns its path. */
export async function packageNpm(folder: string, machines = prebuiltMachines): Promise<string> {
  const content = `${folder}/package`;
  const { version, license } = await writeProgram(content, machines);
  await Deno.mkdir(`${content}/bin`);
  for (const document of ["README.md", "LICENSE", "examples"]) {
    await copyFromCheckout(document, `${content}/${document}`);
  }
  await copyFromCheckout("scripts/package/understudy.cjs", `${content}/bin/understudy.cjs`);
  await Deno.chmod(`${content}/bin/understudy.cjs`, 0o755);
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
  const name = await runTool("npm", ["pack", "--silent", content], folder);
  await Deno.remove(content, { recursive: true });
  return `${folder}/${name}`;
}

if (import.meta.main) {
  developmentCommand(import.meta.url, {});
  const build = new URL("../build", import.meta.url).pathname;
  await Deno.mkdir(build, { recursive: true });
  console.log(await packageNpm(build));
}
