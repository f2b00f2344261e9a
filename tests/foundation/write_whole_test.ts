import assert from "node:assert/strict";
import { writeWhole } from "../../foundation/write_whole.ts";
import { inFolder } from "../../testing/in_folder.ts";

Deno.test("text or bytes take the place of what was there, and nothing is left beside them", () =>
  inFolder((folder) => {
    const path = `${folder}/values`;
    writeWhole(path, "longer than what follows");
    writeWhole(path, new Uint8Array([0x61, 0x62]));
    assert.equal(Deno.readTextFileSync(path), "ab");
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["values"]);
  }));

Deno.test("a file that cannot be written leaves the one before as it is", () =>
  inFolder((folder) => {
    writeWhole(`${folder}/values`, "before");
    Deno.mkdirSync(`${folder}/values.new`);
    assert.throws(() => writeWhole(`${folder}/values`, "after"));
    assert.equal(Deno.readTextFileSync(`${folder}/values`), "before");
  }));
