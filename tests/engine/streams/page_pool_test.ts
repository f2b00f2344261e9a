import assert from "node:assert/strict";
import { fixed } from "../../../engine/memory/layout.ts";
import { pageBucketIndex, pageSamplesIndex } from "../../../engine/memory/places.ts";
import { findPage } from "../../../engine/memory/stream_pages.ts";
import { PagePool } from "../../../engine/streams/page_pool.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const samplesOf = (value: number) => new Float32Array(8_192).fill(value);

Deno.test("the page that was wanted longest ago gives way, and none that is wanted now", () => {
  const memory = testMemory({ pageCount: 3 });
  const pool = new PagePool(memory);
  for (let page = 0; page < 3; page++) pool.put(1, page, samplesOf(page));
  assert.equal(pool.put(1, 3, samplesOf(3)), false);
  pool.begin();
  assert.ok(pool.want(1, 0));
  assert.ok(pool.put(2, 0, samplesOf(9)));
  assert.deepEqual([findPage(memory, 1, 0) >= 0, findPage(memory, 1, 1), findPage(memory, 1, 2) >= 0], [
    true,
    -1,
    true,
  ]);
  assert.equal(memory.floats[pageSamplesIndex(memory, findPage(memory, 2, 0))], 9);
});

Deno.test("another thread goes on with what is there, and makes a directory that was left half changed again", () => {
  const memory = testMemory({ pageCount: 4 });
  const pool = new PagePool(memory);
  for (let page = 0; page < 4; page++) pool.put(5, page, samplesOf(page));
  const next = new PagePool(memory);
  assert.ok(next.want(5, 2));
  Atomics.add(memory.words, fixed.streamReader.version.index, 1);
  memory.words[pageBucketIndex(memory, 5, 1)] = 0;
  assert.equal(findPage(memory, 5, 1), -1);
  new PagePool(memory);
  for (let page = 0; page < 4; page++) assert.ok(findPage(memory, 5, page) >= 0);
  assert.equal(memory.words[fixed.streamReader.version.index] & 1, 0);
});
