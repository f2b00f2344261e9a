import assert from "node:assert/strict";
import {
  createRecording,
  placeInFolder,
  placeOfSetting,
  RecordingError,
} from "../../../engine/recorder/recording_path.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const nowMs = Date.UTC(2026, 10, 28, 22, 30, 5);

Deno.test("a name of the network is a file of the folder, and never another path", () =>
  inFolder((parent) => {
    const folder = `${parent}/made/here`;
    const place = (name?: string) => placeInFolder(folder, name, { format: "wav32f", nowMs });
    assert.deepEqual(place("Abend 1"), { path: `${folder}/Abend 1.wav`, format: "wav32f" });
    assert.deepEqual(place("a.flac"), { path: `${folder}/a.flac`, format: "flac24" });
    assert.deepEqual(place("v1.2"), { path: `${folder}/v1.2.wav`, format: "wav32f" });
    assert.deepEqual(place(), { path: `${folder}/2026-11-28T22-30-05Z.wav`, format: "wav32f" });
    for (
      const name of [
        "",
        ".",
        "..",
        "../a",
        "a/b",
        "/etc/a",
        ".hidden",
        " a",
        "a\0",
        "a\n",
        "a\\b",
        "x".repeat(101),
      ]
    ) {
      assert.throws(() => place(name), RecordingError, JSON.stringify(name));
    }
  }));

Deno.test("the ending of a path chooses the kind of file; another ending, a file that exists, and a folder that is not there are refused", () =>
  inFolder((folder) => {
    const place = (path: string, format: "wav16" | "flac24" = "flac24") =>
      placeOfSetting(`${folder}/${path}`, { format, nowMs });
    assert.deepEqual(place("a.wav"), { path: `${folder}/a.wav`, format: "wav24" });
    assert.deepEqual(place("a.FLAC", "wav16"), { path: `${folder}/a.FLAC`, format: "flac16" });
    assert.deepEqual(place("").path, `${folder}/2026-11-28T22-30-05Z.flac`);
    assert.deepEqual(place("show-%t.wav").path, `${folder}/show-2026-11-28T22-30-05Z.wav`);
    assert.throws(() => place("a.mp3"), /expected a name that ends in .wav or .flac, found ".mp3"/);
    assert.throws(
      () => createRecording("/dev/null/a.wav", new Uint8Array(3)),
      /^RecordingError: cannot record to .*; record to a folder that can be written$/,
    );
    createRecording(`${folder}/a.wav`, new Uint8Array(3));
    assert.throws(
      () => createRecording(`${folder}/a.wav`, new Uint8Array(3)),
      /it exists already; choose another name/,
    );
    assert.throws(
      () => createRecording(`${folder}/b/a.wav`, new Uint8Array(3)),
      /its folder does not exist; create it first/,
    );
  }));
