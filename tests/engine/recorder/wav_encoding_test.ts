import assert from "node:assert/strict";
import wavefile from "wavefile";
import { ditherSeedOf, WavEncoding } from "../../../engine/recorder/wav_encoding.ts";
import { joinBytes } from "../../../foundation/join_bytes.ts";
import { testRecording } from "../../../testing/sound/recording_start.ts";

Deno.test("a library of others reads the moment of the first frame and a mark for each loss", () => {
  const encoding = new WavEncoding({ ...testRecording, format: "wav24", channels: 1 }, 0);
  const { bytes, frames } = encoding.encode(new Float32Array([0.5, -1, 1]));
  assert.equal(frames, 3);
  assert.equal(encoding.header(3).length, encoding.header(0).length);
  const { header, tail } = encoding.close([{ frame: 1, frames: 2 }]);
  const file = joinBytes([header, bytes, tail]);
  assert.equal(file.length, new DataView(file.buffer).getUint32(4, true) + 8);
  const wav = new wavefile.WaveFile(file);
  const { bext, cue, LIST } = wav as unknown as {
    bext: { description: string; originationDate: string; originationTime: string; timeReference: number[] };
    cue: { points: { dwPosition: number }[] };
    LIST: { subChunks: { value: string }[] }[];
  };
  assert.match(bext.description, /^keys: block 7 \(32 frames\), frame 224 of evening.session\0*$/);
  assert.deepEqual([bext.originationDate, bext.originationTime], ["2026-01-02", "00:00:01"]);
  assert.deepEqual([...bext.timeReference], [12_000, 0]);
  assert.equal(cue.points[0].dwPosition, 1);
  assert.match(LIST[0].subChunks[0].value, /^lost 2 frames/);
  assert.deepEqual(Array.from(wav.getSamples() as unknown as Float64Array), [
    2 ** 22,
    -(2 ** 23),
    2 ** 23 - 1,
  ]);
});

Deno.test("16 bits are dithered, with other noise where a recording is gone on with; 24 bits and floats are not", () => {
  assert.notEqual(
    ditherSeedOf({ ...testRecording, format: "wav16" }, 0),
    ditherSeedOf({ ...testRecording, format: "flac16" }, 9),
  );
  assert.equal(ditherSeedOf({ ...testRecording, format: "wav24" }, 0), undefined);
  assert.equal(ditherSeedOf(testRecording, 0), undefined);
});
