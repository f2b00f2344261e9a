import assert from "node:assert/strict";
import {
  decodeFlacFrame,
  flacDamaged,
  readFlacFrameHead,
  readFlacInfo,
} from "../../../engine/sound_files/flac_frame.ts";
import { run, sox, withSoundPrograms } from "../../../testing/sound/sound_files.ts";

withSoundPrograms(
  ["sox", "flac"],
  "a frame is decoded by itself, with its number, and checked",
  async (folder) => {
    await sox(folder, "-n -b 16 -r 48000 -c 1 a.wav synth 10000s sine 300 gain -8");
    await run(folder, "flac", "--totally-silent --no-padding --no-seektable -f -o a.flac a.wav");
    const bytes = await Deno.readFile(`${folder}/a.flac`);
    const info = readFlacInfo(bytes, 8);
    assert.deepEqual([info.channels, info.bits, info.sampleRateHz, info.frames], [1, 16, 48_000, 10_000]);
    const found: number[][] = [];
    const work = [new Float64Array(info.minBlockFrames)];
    for (
      let at = bytes.findIndex((_, at) => readFlacFrameHead(bytes, at, info) !== undefined);
      at < bytes.length;
    ) {
      const head = readFlacFrameHead(bytes, at, info)!;
      found.push([head.header.number, head.header.blockFrames]);
      const end = decodeFlacFrame(bytes, at, { head, work });
      assert.equal(
        decodeFlacFrame(bytes.subarray(0, end! - 1), at, {
          head: readFlacFrameHead(bytes.subarray(0, end! - 1), at, info)!,
          work,
        }),
        undefined,
      );
      at = end!;
    }
    assert.deepEqual(found, [[0, 4_096], [1, 4_096], [2, 1_808]]);
    assert.match(flacDamaged("x").message, /it is damaged: x; copy or export it again/);
    assert.throws(() => readFlacInfo(bytes.subarray(0, 20), 8), /too short/);
  },
);
