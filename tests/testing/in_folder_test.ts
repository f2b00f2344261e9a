import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { inFolder } from "../../testing/in_folder.ts";

Deno.test("the folder is empty at the start and gone at the end, also when the work fails", async () => {
  const first = await inFolder((folder) => {
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    Deno.writeTextFileSync(`${folder}/a`, "a");
    return folder;
  });
  assert.ok(!existsSync(first));
  let second = "";
  await assert.rejects(
    inFolder((folder) => {
      second = folder;
      throw new Error("no luck");
    }),
    /no luck/,
  );
  assert.ok(second !== "" && !existsSync(second));
});
