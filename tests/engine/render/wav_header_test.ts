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

Deno.test("further chunks stand before the format, and those behind the samples count", () => {
  const chunks = new TextEncoder().encode("bext\x02\0\0\0ab");
  const header = { ...plain, hasRoom: false, chunks, tailBytes: 10, frames: 3 };
  const bytes = wavHeader(header);
  assert.equal(bytes.length, wavHeaderBytes(header));
  assert.deepEqual([textAt(bytes, 12), textAt(bytes, 22)], ["bext", "fmt "]);
  assert.equal(new DataView(bytes.buffer).getUint32(4, true), bytes.length - 8 + 18 + 10);
});
