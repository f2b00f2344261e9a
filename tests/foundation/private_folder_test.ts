import assert from "node:assert/strict";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { foreignAccess, makePrivateFolder, NotPrivateError } from "../../foundation/private_folder.ts";
import { inFolder } from "../../testing/in_folder.ts";

Deno.test("a folder is made for this user alone, with those above it", () =>
  inFolder((folder) => {
    makePrivateFolder(`${folder}/a/b`, "UNDERSTUDY_CACHE_DIR");
    assert.equal(Deno.statSync(`${folder}/a/b`).mode! & 0o777, 0o700);
    makePrivateFolder(`${folder}/a/b`, "UNDERSTUDY_CACHE_DIR");
    return Promise.resolve();
  }));

Deno.test("a folder that others can write is refused with the remedy, one that they can read is not", () =>
  inFolder((folder) => {
    for (const [mode, refused] of [[0o755, false], [0o777, true], [0o770, true], [0o1777, true]] as const) {
      Deno.chmodSync(folder, mode);
      const make = () => makePrivateFolder(folder, "UNDERSTUDY_STATE");
      if (!refused) make();
      else {
        assert.throws(make, (error) => {
          assert.ok(error instanceof NotPrivateError);
          assert.equal(error.exitCode, exitCodes.usage);
          assert.match(error.message, /can be written by other users .*chmod 700.*UNDERSTUDY_STATE/);
          return true;
        });
      }
    }
    Deno.chmodSync(folder, 0o700);
    return Promise.resolve();
  }));

Deno.test({
  name: "what belongs to another user is refused, also to root",
  ignore: Deno.uid() !== 0, // only root can give a file away
  fn: () =>
    inFolder((folder) => {
      const file = `${folder}/file`;
      Deno.writeTextFileSync(file, "");
      assert.equal(foreignAccess(file), undefined);
      Deno.chownSync(file, 65_534, null);
      assert.equal(foreignAccess(file), "belongs to another user (65534)");
      return Promise.resolve();
    }),
});
