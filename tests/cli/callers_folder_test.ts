import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { enterCallersFolder } from "../../cli/callers_folder.ts";
import { inFolder } from "../../testing/in_folder.ts";

const root = new URL("../../", import.meta.url);

Deno.test("a task enters the folder in which it was typed; a program that runs elsewhere stays", () =>
  inFolder((folder) => {
    const before = Deno.cwd();
    const [project, typed] = [`${folder}/project`, `${folder}/typed`].map((path) => {
      Deno.mkdirSync(path);
      return Deno.realPathSync(path);
    });
    const url = pathToFileURL(`${project}/`);
    try {
      Deno.chdir(project);
      enterCallersFolder(url, undefined);
      enterCallersFolder(url, `${folder}/gone`);
      assert.equal(Deno.cwd(), project);
      enterCallersFolder(url, typed);
      assert.equal(Deno.cwd(), typed);
      enterCallersFolder(url, project);
      assert.equal(Deno.cwd(), typed, "this is not the folder of the project");
    } finally {
      Deno.chdir(before);
    }
    return Promise.resolve();
  }));

Deno.test("a patch file is found in the folder in which the task was typed", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", "patch", "organ.ts"],
    cwd: root,
    env: { INIT_CWD: new URL("examples/patches", root).pathname },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.match(new TextDecoder().decode(stdout), /^patch organ: 2 channels/);
});
