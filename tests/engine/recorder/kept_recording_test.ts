import assert from "node:assert/strict";
import { keepRecording, keptRecording } from "../../../engine/recorder/kept_recording.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { testRecording } from "../../../testing/sound/recording_start.ts";

Deno.test("a recording is kept for the next control process until it ends", () =>
  inFolder((folder) => {
    const file = `${folder}/recording.json`;
    assert.equal(keptRecording(file), undefined);
    keepRecording(file, testRecording);
    assert.deepEqual(keptRecording(file), testRecording);
    keepRecording(file, undefined);
    assert.equal(keptRecording(file), undefined);
  }));
