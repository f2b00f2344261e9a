import assert from "node:assert/strict";
import { fixed } from "../../../engine/memory/layout.ts";
import { findPage, holdsPage, pageFrames } from "../../../engine/memory/stream_pages.ts";
import { PagePool } from "../../../engine/streams/page_pool.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("a page has a power of two of frames, whatever the channels, and 64 of them fit", () => {
  assert.deepEqual([1, 2, 3, 6, 64].map(pageFrames), [8_192, 4_096, 2_048, 1_024, 128]);
});

Deno.test("a page is found while others share its bucket, and not once it is gone", () => {
  const memory = testMemory({ pageCount: 16 });
  const pool = new PagePool(memory);
  const samples = new Float32Array(8_192);
  for (let page = 0; page < 16; page++) pool.put(1, page, samples);
  const places = Array.from({ length: 16 }, (_, page) => findPage(memory, 1, page));
  assert.deepEqual(new Set(places).size, 16);
  assert.ok(places.every((place, page) => holdsPage(memory, place, 1, page)));
  assert.equal(findPage(memory, 2, 0), -1);
  pool.forget(1);
  assert.ok(places.every((place, page) => !holdsPage(memory, place, 1, page)));
  assert.equal(findPage(memory, 1, 3), -1);
});

Deno.test("a directory that its thread left half changed ends the search all the same", () => {
  const memory = testMemory({ pageCount: 4 });
  memory.words[fixed.streamReader.version.index] = 1;
  assert.equal(findPage(memory, 1, 0), -1);
});
