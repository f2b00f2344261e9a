import assert from "node:assert/strict";
import { keepFiles, keptFiles } from "../../../engine/streams/kept_files.ts";
import { inFolder } from "../../../testing/in_folder.ts";

Deno.test("the files that are armed come back, and nothing where none were kept", () =>
  inFolder((folder) => {
    const path = `${folder}/streams.json`;
    assert.deepEqual(keptFiles(path), []);
    const file = { number: 3, name: "a.wav", path: "/x/a.wav", channels: 2, frames: 100, sha256: "" };
    keepFiles(path, [file]);
    assert.deepEqual(keptFiles(path), [file]);
    Deno.writeTextFileSync(path, JSON.stringify([{ number: "3" }, file]));
    assert.deepEqual(keptFiles(path), [file]);
  }));
