import assert from "node:assert/strict";
import { oggFlag, parseOggPage } from "../../../engine/sound_files/ogg_page.ts";
import { changedPage } from "../../../testing/sound/ogg_pages.ts";
import { joined, packed } from "../../../testing/sound/riff_bytes.ts";

const raw = joined(
  "OggS",
  packed(true, [1, 0], [1, oggFlag.last], [8, 480], [4, 7], [4, 3], [4, 0], [1, 2], [1, 3], [1, 1]),
  "abcd",
);

Deno.test("a page has its fields and its pieces, and what is none, short or damaged is told apart", () => {
  const bytes = joined("..", changedPage(raw, {}));
  const page = parseOggPage(bytes, 2);
  assert.ok(typeof page === "object");
  const { flags, position, serial, sequence, end } = page;
  assert.deepEqual([flags, position, serial, sequence, end], [oggFlag.last, 480, 7, 3, bytes.length]);
  assert.deepEqual([[...page.lacing], String.fromCharCode(...page.body)], [[3, 1], "abcd"]);
  assert.equal(parseOggPage(bytes, 0), "none");
  assert.equal(parseOggPage(bytes.subarray(0, -1), 2), "short");
  bytes[bytes.length - 1] ^= 1;
  assert.equal(parseOggPage(bytes, 2), "damaged");
});
