import assert from "node:assert/strict";
import { checkFrames, checkSoundFormat, maxFrames } from "../../../engine/samples/sound_format.ts";
import { SoundFileError } from "../../../engine/sound_files/sound_file_error.ts";

Deno.test("what cannot be played is refused with what was expected, what was found, and the remedy", () => {
  const good = { channels: 2, sampleRateHz: 48_000, frames: maxFrames };
  checkSoundFormat(good);
  checkFrames(0);
  for (
    const [wrong, message] of [
      [{ channels: 3 }, "expected 1 or 2 channels, found 3; mix it down"],
      [{ sampleRateHz: 999 }, "expected a rate from 1000 to 384000 Hz, found 999; export it again"],
      [{ sampleRateHz: NaN }, "expected a rate from 1000 to 384000 Hz, found NaN; export it again"],
      [
        { frames: maxFrames + 1 },
        `expected at most 67108864 frames, found 67108865; cut it, or export it at a lower rate`,
      ],
    ] as const
  ) {
    assert.throws(() => checkSoundFormat({ ...good, ...wrong }), (error: Error) => {
      assert.ok(error instanceof SoundFileError);
      assert.equal(error.message, message);
      return true;
    });
  }
});
