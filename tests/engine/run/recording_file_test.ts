import assert from "node:assert/strict";
import { loadRecording, saveRecording } from "../../../engine/run/recording_file.ts";
import { runFolderAt } from "../../../engine/run/run_folder.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { testRecording } from "../../../testing/sound/recording_start.ts";

Deno.test("a recording is kept for the next control process until it ends", () =>
  inFolder((path) => {
    const folder = runFolderAt(path);
    assert.equal(loadRecording(folder), undefined);
    saveRecording(folder, testRecording);
    assert.deepEqual(loadRecording(folder), testRecording);
    saveRecording(folder, undefined);
    assert.equal(loadRecording(folder), undefined);
  }));
