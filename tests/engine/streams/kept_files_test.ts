import assert from "node:assert/strict";
import { keepFiles, keptFiles } from "../../../engine/streams/kept_files.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const nothing = { files: [], places: [] };

Deno.test("the files and places that are armed come back, and nothing where none were kept", () =>
  inFolder((folder) => {
    const path = `${folder}/streams.json`;
    assert.deepEqual(keptFiles(path), nothing);
    const file = { number: 3, name: "a.wav", path: "/x/a.wav", channels: 2, frames: 100, sha256: "" };
    const kept = { files: [file], places: [{ file: 3, frame: 17 }, { file: 3, frame: 90 }] };
    keepFiles(path, kept);
    assert.deepEqual(keptFiles(path), kept);
    // of a version that kept no places, and what is none
    Deno.writeTextFileSync(path, JSON.stringify([{ number: "3" }, file]));
    assert.deepEqual(keptFiles(path), { files: [file], places: [] });
  }));
