import assert from "node:assert/strict";
import { Notice } from "../../foundation/notice.ts";

Deno.test("the first notice goes out at once, each later one at least the interval after the last that did", () => {
  const notice = new Notice(1_000);
  const moments = [0, 1, 999, 1_000, 1_500, 2_000, 2_500, 9_000, 9_999, 10_000];
  assert.deepEqual(moments.filter((nowMs) => notice.acquire(nowMs)), [0, 1_000, 2_000, 9_000, 10_000]);
});
