import assert from "node:assert/strict";
import { StateFolder, StateFolderError } from "../../../engine/state/state_folder.ts";
import { inFolder } from "../../../testing/in_folder.ts";

Deno.test("a folder belongs to one engine at a time, and to the next once that has let it go", () =>
  inFolder((parent) => {
    const path = `${parent}/new/state`;
    const first = StateFolder.open(path);
    assert.throws(() => StateFolder.open(path), (error: Error) => {
      assert.ok(error instanceof StateFolderError);
      assert.match(error.message, /another engine keeps its state in .*; stop it, or choose another folder/);
      return true;
    });
    first.close();
    StateFolder.open(path).close();
    assert.throws(() => StateFolder.open(`${path}/lock/below`), /cannot be used .* choose a folder/);
  }));

Deno.test("starts that end early are counted until one survives", () =>
  inFolder((path) => {
    const folder = StateFolder.open(path);
    assert.equal(folder.earlyEnds, 0);
    folder.starts();
    folder.starts();
    assert.equal(folder.earlyEnds, 2);
    folder.survived();
    folder.survived();
    assert.equal(folder.earlyEnds, 0);
    folder.close();
  }));

Deno.test("a journal that is set aside overwrites none that was", () =>
  inFolder(async (path) => {
    const folder = StateFolder.open(path);
    const names: string[] = [];
    for (const text of ["a", "b"]) {
      await Deno.writeTextFile(folder.journal, text);
      names.push(folder.setAside());
    }
    assert.deepEqual(names, ["journal.refused-1", "journal.refused-2"]);
    assert.deepEqual(await Promise.all(names.map((name) => Deno.readTextFile(`${path}/${name}`))), [
      "a",
      "b",
    ]);
    folder.close();
  }));
