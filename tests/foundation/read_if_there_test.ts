import assert from "node:assert/strict";
import { readIfThere } from "../../foundation/read_if_there.ts";
import { inFolder } from "../../testing/in_folder.ts";

Deno.test("a file is read, a missing one is undefined, a folder is an error", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/text`, "");
    assert.equal(readIfThere(`${folder}/text`), "");
    assert.equal(readIfThere(`${folder}/none`), undefined);
    assert.throws(() => readIfThere(folder));
  }));
