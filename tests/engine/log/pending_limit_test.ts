import assert from "node:assert/strict";
import { pendingCapacity } from "../../../engine/memory/constants.ts";
import { CommandRefusedError } from "../../../engine/control/control.ts";
import { PendingLimit } from "../../../engine/log/pending_limit.ts";

Deno.test("places are free again when the block is sealed, not before, also across the wrap", () => {
  const limit = new PendingLimit();
  limit.acquire(5, pendingCapacity, 0xFFFFFFF0 | 0);
  assert.throws(() => limit.acquire(9, 1, 5), CommandRefusedError);
  limit.acquire(9, pendingCapacity, 6);
});

Deno.test("a clear frees every place and says how many there were", () => {
  const limit = new PendingLimit();
  limit.acquire(5, 1_000, 0);
  assert.equal(limit.clear(), 1_000);
  limit.acquire(5, pendingCapacity, 0);
});
