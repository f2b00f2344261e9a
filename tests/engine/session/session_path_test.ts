import assert from "node:assert/strict";
import { sessionPath } from "../../../engine/session/session_path.ts";
import { SessionFileError } from "../../../engine/session/session_writer.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const nowMs = Date.UTC(2026, 10, 28, 19, 5, 7);
const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("a path stays as it is; a folder and a pattern get the time of the start, and never a file that is there", () =>
  inFolder((folder) => {
    assert.equal(sessionPath(`${folder}/evening.session`, { nowMs }), `${folder}/evening.session`);
    const first = sessionPath(folder, { nowMs });
    assert.equal(first, `${folder}/2026-11-28T19-05-07Z.session`);
    Deno.writeTextFileSync(first, "");
    assert.equal(sessionPath(folder, { nowMs }), `${folder}/2026-11-28T19-05-07Z-2.session`);
    assert.equal(
      sessionPath(`${folder}/new/show-%t.rec`, { nowMs }),
      `${folder}/new/show-2026-11-28T19-05-07Z.rec`,
    );
    assert.equal(sessionPath(`${folder}/other/`, { nowMs }), `${folder}/other/2026-11-28T19-05-07Z.session`);
    return Promise.resolve();
  }));

Deno.test("the oldest recordings of the same pattern are removed, and no other file", () =>
  inFolder((folder) => {
    const others = ["evening.session", "2026.session", "show-2020-01-01T00-00-00Z.session"];
    const old = [1, 2, 3, 4].map((day) => `2026-01-0${day}T00-00-00Z.session`);
    for (const name of [...others, ...old]) Deno.writeTextFileSync(`${folder}/${name}`, "");
    const next = sessionPath(folder, { nowMs, keep: 3 });
    assert.deepEqual(names(folder), [...others, old[2], old[3]].sort());
    Deno.writeTextFileSync(next, "");
    assert.equal(sessionPath(folder, { nowMs, isLiving: true, keep: 1 }), next, "it is gone on with");
    assert.ok(names(folder).includes(old[3]));
    return Promise.resolve();
  }));

Deno.test("a folder that cannot be made names the reason", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    assert.throws(() => sessionPath(`${folder}/file/x/`, { nowMs }), (error) => {
      assert.ok(error instanceof SessionFileError);
      assert.match(error.message, /^cannot record into .*file\/x: /);
      return true;
    });
    return Promise.resolve();
  }));
