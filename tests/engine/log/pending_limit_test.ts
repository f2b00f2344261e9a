import assert from "node:assert/strict";
import { pendingCapacity } from "../../../engine/memory/constants.ts";
import { CommandRefusedError } from "../../../engine/control/control.ts";
import { PendingLimit, type TimedCommands } from "../../../engine/log/pending_limit.ts";

/** What a sender gets that is alone. */
const alone = pendingCapacity * 3 / 4;

const timed = (change: Partial<TimedCommands>): TimedCommands => ({
  block: 5,
  position: 0,
  count: 1,
  sender: "a",
  ...change,
});

Deno.test("places are free again when the block is sealed, not before, also across the wrap", () => {
  const limit = new PendingLimit();
  limit.acquire(timed({ count: alone }), 0xFFFFFFF0 | 0);
  assert.throws(() => limit.acquire(timed({ block: 9 }), 5), CommandRefusedError);
  limit.acquire(timed({ block: 9, count: alone }), 6);
});

Deno.test("a clear frees every place and says how many there were", () => {
  const limit = new PendingLimit();
  limit.acquire(timed({ count: 700 }), 0);
  assert.equal(limit.clear(), 700);
  limit.acquire(timed({ count: alone }), 0);
});

Deno.test("however much a sender takes, others find places; a refusal says how many, and the remedy", () => {
  const limit = new PendingLimit();
  const most = (sender: string) => {
    let count = 0;
    for (;; count++) {
      try {
        limit.acquire(timed({ sender }), 0);
      } catch (error) {
        assert.ok(error instanceof CommandRefusedError);
        assert.match(error.message, new RegExp(`^${count} commands of this sender.*/clear`));
        return count;
      }
    }
  };
  assert.deepEqual(["a", "b", "c"].map(most), [768, 192, 48]);
  assert.ok(limit.waiting(0) < pendingCapacity);
});

Deno.test("the commands that are due in a block are known by their places in the log", () => {
  const limit = new PendingLimit();
  limit.acquire(timed({ block: 7, position: -1, count: 3 }), 0);
  limit.acquire(timed({ block: 8, position: 2 }), 0);
  assert.deepEqual(limit.dueIn(7), [-1, 0, 1]);
  assert.deepEqual(limit.dueIn(6), []);
});

Deno.test("commands that wait already are taken over, however many they are, and leave no room for more", () => {
  const pending = new PendingLimit();
  pending.restore({ block: 9, position: 5, count: pendingCapacity, sender: "before" });
  assert.equal(pending.waiting(0), pendingCapacity);
  assert.equal(pending.dueIn(9).length, pendingCapacity);
  assert.throws(
    () => pending.acquire({ block: 9, position: 0, count: 1, sender: "a" }, 0),
    CommandRefusedError,
  );
  assert.equal(pending.waiting(10), 0);
});
