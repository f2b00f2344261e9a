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

Deno.test("a folder that others can write is refused: what lies there would be gone on from", () =>
  inFolder((parent) => {
    const path = `${parent}/state`;
    Deno.mkdirSync(path);
    Deno.chmodSync(path, 0o777);
    assert.throws(() => StateFolder.open(path), (error: Error) => {
      assert.ok(error instanceof StateFolderError);
      assert.match(error.message, /can be written by other users .*UNDERSTUDY_STATE/);
      return true;
    });
    Deno.chmodSync(path, 0o755);
    StateFolder.open(path).close();
  }));

Deno.test("starts that end early are counted until one survives", () =>
  inFolder(async (path) => {
    const folder = StateFolder.open(path);
    assert.equal(folder.earlyEnds, 0);
    folder.starts();
    folder.starts();
    assert.equal(folder.earlyEnds, 2);
    await folder.survived();
    await folder.survived();
    assert.equal(folder.earlyEnds, 0);
    folder.close();
  }));

Deno.test("a journal that is set aside overwrites none that was, and the newest three are kept", () =>
  inFolder(async (path) => {
    const folder = StateFolder.open(path);
    const names: string[] = [];
    for (const text of ["a", "b", "c", "d"]) {
      await Deno.writeTextFile(folder.journal, text);
      names.push(folder.setAside());
      // whatever else has such a name is nobody's to delete
      await Deno.writeTextFile(`${path}/journal.refused-by-hand`, "mine");
    }
    assert.deepEqual(names, [1, 2, 3, 4].map((number) => `journal.refused-${number}`));
    const left = [...Deno.readDirSync(path)].map(({ name }) => name).sort();
    assert.deepEqual(left, [...names.slice(1), "journal.refused-by-hand", "lock"].sort());
    assert.equal(await Deno.readTextFile(`${path}/${names[3]}`), "d");
    folder.close();
  }));

Deno.test("a folder remembers the patch that was loaded last; a record that was cut off is none", () =>
  inFolder(async (path) => {
    const folder = StateFolder.open(path);
    assert.equal(folder.loaded, undefined);
    await folder.keepLoaded({ patch: "keys", unixMs: 1 });
    await folder.keepLoaded({ patch: "/patches/mine.ts", unixMs: 2 });
    assert.deepEqual(folder.loaded, { patch: "/patches/mine.ts", unixMs: 2 });
    await Deno.truncate(`${path}/loaded`, 9);
    assert.equal(folder.loaded, undefined);
    folder.close();
  }));
