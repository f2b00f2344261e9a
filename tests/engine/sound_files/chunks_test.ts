import assert from "node:assert/strict";
import { chunksOf, idAt, isChunksToTheEnd } from "../../../engine/sound_files/chunks.ts";
import { chunk, joined, packed } from "../../../testing/sound/riff_bytes.ts";

const walk = (...parts: (Uint8Array | string)[]) => ({
  bytes: joined(...parts),
  from: 0,
  littleEndian: true,
});
const found = (...parts: (Uint8Array | string)[]) =>
  [...chunksOf(walk(...parts))].map(({ id, start, size, end }) => [id, start, size, end]);

Deno.test("chunks follow one another by their sizes, with or without the byte that makes them even", () => {
  const three = Uint8Array.of(1, 2, 3);
  const [padded, plain] = [chunk("abcd", three), chunk("abcd", three, { padded: false })];
  const next = chunk("efgh", three);
  assert.deepEqual(found(padded, next), [["abcd", 8, 3, 11], ["efgh", 20, 3, 23]]);
  assert.deepEqual(found(plain, next), [["abcd", 8, 3, 11], ["efgh", 19, 3, 22]]);
  assert.deepEqual(found(chunk("abcd", three, { littleEndian: false })), [["abcd", 8, 3 * 2 ** 24, 12]]);
});

Deno.test("the walk ends where no chunk begins, and none goes beyond the end", () => {
  assert.deepEqual(found(chunk("abcd", new Uint8Array(2)), "\0\0\0\0\0\0\0\0"), [["abcd", 8, 2, 10]]);
  assert.deepEqual(found("abcd", packed(true, [4, 2 ** 32 - 1]), "xy"), [["abcd", 8, 2 ** 32 - 1, 10]]);
  assert.deepEqual(found("abc"), []);
  assert.equal(idAt(joined("abcdef"), 4), "ef");
});

Deno.test("chunks to the end of a file are told from sound that is none", () => {
  const part = chunk("abcd", new Uint8Array(3));
  assert.equal(isChunksToTheEnd(walk(part, part)), true);
  assert.equal(isChunksToTheEnd(walk(part, "more sound")), false);
  assert.equal(isChunksToTheEnd(walk("abcd", packed(true, [4, 100]), "short")), false);
});
