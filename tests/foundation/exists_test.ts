import assert from "node:assert/strict";
import { exists } from "../../foundation/exists.ts";
import { inFolder } from "../../testing/in_folder.ts";

Deno.test("files and folders exist; what lies in no folder, or below a file, does not", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    assert.deepEqual(
      ["", "/file", "/none", "/none/file", "/file/below"].map((path) => exists(folder + path)),
      [true, true, false, false, false],
    );
    assert.ok(exists(new URL(import.meta.url)));
  }));
