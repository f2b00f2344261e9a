import assert from "node:assert/strict";
import fc from "fast-check";
import { decodePacket, encodePacket } from "../../../osc/packet/codec.ts";
import { maxCachedTextLength, TextCache } from "../../../osc/packet/text_cache.ts";

Deno.test("texts that share a place in the cache, or are too long for it, are still told apart", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5_000), { minLength: 1 }),
      fc.constantFrom("", "x".repeat(70)),
      (numbers, tail) => {
        for (const number of numbers) {
          const message = { address: `/voice/${number}${tail}`, args: [] };
          assert.deepEqual(decodePacket(encodePacket(message)), message);
        }
      },
    ),
  );
});

Deno.test("a text that is kept is not decoded again; one that is too long, or was pushed out, is", () => {
  let decoded = 0;
  const decode = (bytes: Uint8Array, from: number, to: number) => {
    decoded++;
    return new TextDecoder().decode(bytes.subarray(from, to));
  };
  const cache = new TextCache(decode);
  const read = (text: string, hash: number) => {
    const bytes = new TextEncoder().encode(`--${text}--`);
    assert.equal(cache.text(bytes, 2, bytes.length - 2, hash), text);
  };
  for (let time = 0; time < 3; time++) read("/note", 7);
  assert.equal(decoded, 1);
  read("/nota", 7);
  read("/note", 7);
  assert.equal(decoded, 3, "both have the same place");
  for (let time = 0; time < 3; time++) read("x".repeat(maxCachedTextLength + 1), 9);
  assert.equal(decoded, 6);
});
