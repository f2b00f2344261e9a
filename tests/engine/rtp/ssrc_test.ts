import assert from "node:assert/strict";
import { fnv1a, ssrcOf } from "../../../engine/rtp/ssrc.ts";

Deno.test("the number of a stream is the FNV-1a of its name, by the algorithm's own examples", () => {
  assert.equal(ssrcOf(""), 0x811C9DC5);
  assert.equal(ssrcOf("a"), 0xE40C292C);
  assert.equal(ssrcOf("foobar"), 0xBF9CF968);
  assert.equal(fnv1a(new TextEncoder().encode("foobar")), ssrcOf("foobar"));
});
