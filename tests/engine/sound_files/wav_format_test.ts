import assert from "node:assert/strict";
import { readWavFormat } from "../../../engine/sound_files/wav_format.ts";
import { wavFormat } from "../../../testing/sound/riff_bytes.ts";

const read = (format: Parameters<typeof wavFormat>[0], sound = new Uint8Array(8)) => {
  const content = wavFormat(format).subarray(8);
  return readWavFormat(new DataView(content.buffer, content.byteOffset, content.length), true, {
    check: () => {},
    sound,
  });
};

Deno.test("tag and bits say how numbers are stored, and the caller refuses channels", () => {
  assert.deepEqual(read({ bits: 24, channels: 64 }).stored, { kind: "signed", bytes: 3, littleEndian: true });
  assert.deepEqual(read({ bits: 8 }).stored.kind, "unsigned");
  assert.deepEqual(read({ tag: 3, bits: 64 }).stored.kind, "float");
  assert.deepEqual(read({ subFormat: 7, bits: 8 }).stored.kind, "mu-law");
  assert.throws(() => read({ tag: 0x55 }), /found 0x55 \(MP3\); export it as PCM/);
  const content = wavFormat({ channels: 3 }).subarray(8);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const check = ({ channels }: { channels: number }) => {
    throw new Error(`${channels} channels`);
  };
  assert.throws(() => readWavFormat(view, true, { check, sound: new Uint8Array() }), /3 channels/);
});
