import assert from "node:assert/strict";
import { moduleCommand } from "../../foundation/module_command.ts";
import { inFolder } from "../../testing/in_folder.ts";

Deno.test("a module runs with its arguments and may read what is named, nothing else, also by a path with a comma", () =>
  inFolder(async (folder) => {
    for (const name of ["a", "with, comma"]) {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, "told");
      const module = new URL(`data:text/javascript,console.log(Deno.readTextFileSync(Deno.args[0]));`);
      const run = async (readable?: string) => {
        const flags = ["--no-lock"];
        const [program, ...words] = moduleCommand({ module, args: [path], maxHeapMiB: 64, readable, flags });
        const { stdout, stderr } = await new Deno.Command(program, { args: words }).output();
        return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      };
      assert.equal(await run(path), "told\n");
      assert.match(await run(), /Requires read access/);
    }
  }));
