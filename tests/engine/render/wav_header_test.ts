import assert from "node:assert/strict";
import { maxRiffFrames, wavHeader, wavHeaderBytes } from "../../../engine/render/wav_header.ts";

const plain = { channels: 2, sampleRateHz: 48_000, format: "24", hasRoom: true } as const;
const textAt = (bytes: Uint8Array, at: number) => new TextDecoder().decode(bytes.subarray(at, at + 4));

Deno.test("one frame more than a RIFF file holds makes it an RF64 file of the same length of header", () => {
  const most = maxRiffFrames(plain);
  const [riff, rf64] = [most, most + 1].map((frames) => wavHeader({ ...plain, frames }));
  assert.equal(riff.length, rf64.length);
  assert.deepEqual([textAt(riff, 0), textAt(riff, 12)], ["RIFF", "JUNK"]);
  assert.deepEqual([textAt(rf64, 0), textAt(rf64, 12)], ["RF64", "ds64"]);
  const riffBytes = new DataView(riff.buffer).getUint32(4, true) + 8;
  assert.ok(riffBytes <= 2 ** 32 - 1 && riffBytes + 7 > 2 ** 32 - 2, String(riffBytes));
  const view = new DataView(rf64.buffer);
  assert.equal(view.getBigUint64(28, true), BigInt((most + 1) * 6));
  assert.equal(view.getBigUint64(36, true), BigInt(most + 1));
});

Deno.test("more than two channels are for no loudspeakers in particular, as integers and as floats", () => {
  for (const [format, tag, bits] of [["24", 1, 24], ["16", 1, 16], ["32f", 3, 32]] as const) {
    const header = { channels: 64, sampleRateHz: 48_000, format, hasRoom: false, frames: 10 };
    const bytes = wavHeader(header);
    const view = new DataView(bytes.buffer);
    assert.equal(bytes.length, wavHeaderBytes(header));
    assert.deepEqual([view.getUint32(16, true), view.getUint16(20, true), view.getUint16(22, true)], [
      40,
      0xFFFE,
      64,
    ]);
    assert.deepEqual([view.getUint16(36, true), view.getUint16(38, true), view.getUint32(40, true)], [
      22,
      bits,
      0,
    ]);
    assert.equal(
      bytes.slice(44, 60).toHex(),
      `0${tag}000000` + "0000" + "1000" + "800000aa00389b71",
      "KSDATAFORMAT_SUBTYPE",
    );
    assert.equal(textAt(bytes, 60), format === "32f" ? "fact" : "data");
    assert.equal(textAt(bytes, bytes.length - 8), "data");
    assert.equal(view.getUint32(bytes.length - 4, true), 10 * 64 * bits / 8);
  }
});

Deno.test("further chunks stand before the format, and those behind the samples count", () => {
  const chunks = new TextEncoder().encode("bext\x02\0\0\0ab");
  const header = { ...plain, hasRoom: false, chunks, tailBytes: 10, frames: 3 };
  const bytes = wavHeader(header);
  assert.equal(bytes.length, wavHeaderBytes(header));
  assert.deepEqual([textAt(bytes, 12), textAt(bytes, 22)], ["bext", "fmt "]);
  assert.equal(new DataView(bytes.buffer).getUint32(4, true), bytes.length - 8 + 18 + 10);
});
