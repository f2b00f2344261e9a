import assert from "node:assert/strict";
import { readTextFile, readTextFileSync } from "../../foundation/read_text_file.ts";

Deno.test("only a file of a bounded size is read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/show.json`;
    await Deno.writeTextFile(file, "{ }");
    await Deno.symlink("/dev/zero", `${folder}/zero`);
    await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
    const reads = [readTextFile, (path: string, maxBytes: number) => {
      try {
        return Promise.resolve(readTextFileSync(path, maxBytes));
      } catch (error) {
        return Promise.reject(error);
      }
    }];
    for (const read of reads) {
      assert.equal(await read(file, 3), "{ }");
      await assert.rejects(read(file, 2), { name: "UnfitFileError", message: /at most 2 bytes, found 3/ });
      await assert.rejects(read(folder, 9), { name: "UnfitFileError", message: /found a folder/ });
      for (const name of ["zero", "pipe"]) {
        await assert.rejects(read(`${folder}/${name}`, 9), { message: /found a pipe or a device/ });
      }
      await assert.rejects(read(`${folder}/none`, 9), Deno.errors.NotFound);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
