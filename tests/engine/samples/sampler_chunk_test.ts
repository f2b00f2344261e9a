import assert from "node:assert/strict";
import { readSamplerChunk } from "../../../engine/samples/sampler_chunk.ts";
import { readWav } from "../../../engine/samples/wav_reader.ts";
import { chunk, samplerChunk, wav, wavFormat } from "../../../testing/sound/riff_bytes.ts";

const ramp = new Uint8Array(8);

Deno.test("root note and loop are read where the file has them, and what is not played as stated is noted", () => {
  const read = (...parts: Uint8Array[]) => readWav(wav(wavFormat(), chunk("data", ramp), ...parts));
  assert.equal(read().rootNote, undefined);
  const loop = { start: 1, last: 2 };
  const forward = read(samplerChunk([loop], { unity: 57, fraction: 2 ** 31 }));
  assert.deepEqual([forward.rootNote, forward.loop, forward.notes], [57.5, loop, []]);
  assert.equal(read(chunk("inst", Uint8Array.of(50, 256 - 25, 0, 0, 127, 0, 127))).rootNote, 50.25);
  const notes = (loops: Parameters<typeof samplerChunk>[0]) => read(samplerChunk(loops)).notes;
  const loopOf = (stated: object) => read(samplerChunk([{ ...loop, ...stated }])).loop;
  assert.deepEqual(loopOf({ type: 1 }), { ...loop, kind: "alternating" });
  assert.deepEqual(loopOf({ type: 2, playCount: 3 }), { ...loop, kind: "backward", playCount: 3 });
  assert.deepEqual(notes([{ ...loop, type: 40 }]), ["its loop is of type 40 and is played forward"]);
  assert.deepEqual(notes([loop, loop]), ["the first of its 2 loops is played"]);
});

Deno.test("a chunk that breaks off says nothing, and the order of bytes is the file's", () => {
  const view = (...bytes: number[]) => new DataView(Uint8Array.from(bytes).buffer);
  assert.deepEqual(readSamplerChunk(view(1, 2, 3), undefined, true), { notes: [] });
  assert.deepEqual(readSamplerChunk(undefined, view(60), true), { notes: [] });
  const big = new DataView(new ArrayBuffer(36));
  big.setUint32(12, 64);
  assert.equal(readSamplerChunk(big, undefined, false).rootNote, 64);
});
