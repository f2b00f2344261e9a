import assert from "node:assert/strict";
import { recordedFiles } from "../../../osc/page/recorded_files.ts";
import { inFolder } from "../../../testing/in_folder.ts";

Deno.test("the page lists recordings to download and the sessions beside the one that is written", () =>
  inFolder(async (folder) => {
    const files = [["recordings/a b.wav", 1], ["recordings/now.flac", 4], ["evening.session", 3], [
      "before.session",
      2,
    ]] as const;
    await Deno.mkdir(`${folder}/recordings`);
    for (const [name, seconds] of files) {
      await Deno.writeTextFile(`${folder}/${name}`, "12345");
      await Deno.utime(`${folder}/${name}`, seconds, seconds);
    }
    await Deno.writeTextFile(`${folder}/other.txt`, "");
    const rec = { state: "recording", file: `${folder}/recordings/now.flac`, seconds: 7 } as const;
    const listed = await recordedFiles({
      folder: `${folder}/recordings`,
      session: `${folder}/evening.session`,
      rec,
    });
    assert.deepEqual(listed, [
      {
        kind: "recording",
        name: "now.flac",
        bytes: 5,
        path: "/recordings/now.flac",
        unixMs: 4_000,
        isOpen: true,
        seconds: 7,
      },
      { kind: "session", name: "evening.session", bytes: 5, unixMs: 3_000, isOpen: true },
      { kind: "session", name: "before.session", bytes: 5, unixMs: 2_000, isOpen: false },
      {
        kind: "recording",
        name: "a b.wav",
        bytes: 5,
        path: "/recordings/a%20b.wav",
        unixMs: 1_000,
        isOpen: false,
        seconds: undefined,
      },
    ]);
  }));
