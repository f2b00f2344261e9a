/** Takes turns: `tests/ffi/` shows what the native part does. */
import assert from "node:assert/strict";
import { checkPrebuilt, prebuild, type PrebuiltMachine } from "../../scripts/prebuild.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { requirement } from "../../testing/requirement.ts";

/** A compiler that optimizes no more than it is told here, in a third of the time, and says that it is of some version. */
async function compilerIn(folder: string, version: string, options: string): Promise<string> {
  const path = `${folder}/${version}`;
  await Deno.writeTextFile(
    path,
    `#!/bin/sh\n[ "$1" = --version ] && { echo "${version} 1.0"; exit; }\nexec cc "$@" ${options}\n`,
    { mode: 0o755 },
  );
  return path;
}

requirement({
  name:
    "the same tools build the same bytes again at another place; a changed file and other tools are named",
  fn: () =>
    inFolder(async (folder) => {
      const machineOf = (compiler: string): readonly PrebuiltMachine[] => [
        { target: "x86_64-unknown-linux-gnu", compiler, packages: "gcc libc6-dev" },
      ];
      const tools = `${folder}/tools`;
      await Deno.mkdir(tools);
      const machines = machineOf(await compilerIn(tools, "quick-cc", "-O0"));
      const place = `${folder}/built`;
      await prebuild(place, machines);
      assert.deepEqual(await checkPrebuilt(place, machines), []);

      const stage = [...Deno.readDirSync(place)].find(({ name }) => name.endsWith("-stage"))!.name;
      await Deno.writeTextFile(`${place}/${stage}`, "changed", { append: true });
      const other = machineOf(await compilerIn(tools, "other-cc", "-O1"));
      const findings = await checkPrebuilt(place, other);
      assert.equal(findings.length, 2);
      assert.match(findings[0], new RegExp(`${stage} is not the file that was built`));
      assert.match(
        findings[1],
        /\.so, .* differ, other tools .* compiler was "quick-cc 1.0", here it is "other-cc 1.0"$/,
      );
    }),
}, { commands: ["cc"], install: "apt-get install gcc libc6-dev" });
