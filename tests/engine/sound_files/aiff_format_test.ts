import assert from "node:assert/strict";
import { readAiffFormat } from "../../../engine/sound_files/aiff_format.ts";
import { joined, packed } from "../../../testing/sound/riff_bytes.ts";

function read(bits: number, code?: string) {
  const rate = packed(false, [2, 16_383 + 15], [4, 48_000 * 2 ** 16], [4, 0]);
  const bytes = joined(packed(false, [2, 6], [4, 1_000], [2, bits]), rate, code ?? "");
  return readAiffFormat(new DataView(bytes.buffer), code !== undefined);
}

Deno.test("the code of AIFF-C, else the bits, say how numbers are stored", () => {
  assert.deepEqual(read(24), {
    stored: { kind: "signed", bytes: 3, littleEndian: false },
    channels: 6,
    sampleRateHz: 48_000,
    frames: 1_000,
  });
  assert.deepEqual(read(16, "sowt").stored, { kind: "signed", bytes: 2, littleEndian: true });
  assert.deepEqual(read(32, "fl32").stored.kind, "float");
  assert.throws(() => read(16, "ima4"), /found "ima4"; export it as PCM/);
  assert.throws(() => read(40), /found 40/);
  assert.throws(() => readAiffFormat(new DataView(new ArrayBuffer(10)), false), /no format/);
});
