import assert from "node:assert/strict";
import { inFolder } from "../../../testing/in_folder.ts";
import { requirement } from "../../../testing/requirement.ts";
import { readFloatWav } from "../../../testing/sound/read_float_wav.ts";
import { startSoundRecorder } from "../../../testing/sound/sound_recorder.ts";
import { soundServerNeeds, startSoundServer } from "../../../testing/sound/sound_server.ts";

requirement({
  name:
    "a recording is connected when it has started, and is at least as long as the frames that were waited for",
  fn: () =>
    inFolder(async (folder) => {
      const server = await startSoundServer(48_000, 256);
      try {
        const path = `${folder}/silence.wav`;
        const recorder = await startSoundRecorder(server, { pattern: "system:capture_%d", first: 1 }, path);
        await recorder.framesPass(4_800);
        await recorder.stop();
        const { samples } = await readFloatWav(path);
        assert.ok(samples.length >= 2 * 4_800, `${samples.length / 2} frames`);
        assert.ok(samples.every((sample) => sample === 0));
      } finally {
        await server.stop();
      }
    }),
}, soundServerNeeds);
