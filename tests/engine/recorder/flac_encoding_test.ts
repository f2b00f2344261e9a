import assert from "node:assert/strict";
import { flacBlockFrames } from "../../../engine/recorder/flac_encoder.ts";
import { FlacEncoding } from "../../../engine/recorder/flac_encoding.ts";
import { readFlac } from "../../../engine/samples/flac_reader.ts";
import { joinBytes } from "../../../foundation/join_bytes.ts";
import { testRecording } from "../../../testing/sound/recording_start.ts";

const start = { ...testRecording, format: "flac24", channels: 1 } as const;
const samples = Float32Array.from({ length: 2 * flacBlockFrames + 100 }, (_, index) => Math.sin(index / 9));

Deno.test("a file is whole after each block, and says its length, its checksum and what was lost once it is closed", () => {
  const encoding = new FlacEncoding(start, 0);
  const first = encoding.encode(samples.slice(0, flacBlockFrames + 50));
  assert.equal(first.frames, flacBlockFrames);
  assert.equal(readFlac(joinBytes([encoding.header(), first.bytes])).channels[0].length, flacBlockFrames);
  const parts = [first, encoding.encode(samples.slice(flacBlockFrames + 50)), encoding.finish()];
  const { header, tail } = encoding.close([{ frame: 5, frames: 6 }]);
  assert.equal(header.length, encoding.header().length);
  const file = joinBytes([header, ...parts.map(({ bytes }) => bytes), tail]);
  const { channels: [read] } = readFlac(file);
  assert.deepEqual(
    Array.from(read),
    Array.from(samples, (sample) => Math.min(2 ** 23 - 1, Math.round(sample * 2 ** 23)) / 2 ** 23),
  );
  const text = new TextDecoder().decode(header);
  for (
    const comment of [
      "UNDERSTUDY_BLOCK=7",
      "UNDERSTUDY_FRAME=224",
      "TIME_REFERENCE=12000",
      "UNDERSTUDY_LOST=frame 5: 6 frames",
    ]
  ) {
    assert.ok(text.includes(comment), comment);
  }
});
