import assert from "node:assert/strict";
import { fixed, within } from "../../../engine/memory/layout.ts";
import { snapshotIndex } from "../../../engine/memory/places.ts";
import { reportFieldIndex } from "../../../engine/memory/seats.ts";
import { Comparison } from "../../../engine/supervisor/comparison.ts";
import { SnapshotSelector } from "../../../engine/supervisor/snapshot_selector.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

function setUp() {
  const memory = testMemory();
  const { words } = memory;
  const selector = new SnapshotSelector(memory, new Comparison(memory));
  const target = () => words[fixed.control.snapshotTarget.index] - 1;
  /** What the standby does at a block. */
  const write = (block: number, low: number, logPosition = 0, patch = 0) => {
    const start = snapshotIndex(memory, target());
    Object.entries({ block, checksumLow: low, logPosition, patch }).forEach(([name, value]) => {
      words[start + within.snapshot[name as "block"].index] = value;
    });
    words[start + within.snapshot.sequence.index]++;
  };
  /** What a renderer reports of its state. */
  const check = (seat: number, block: number, low: number) => {
    words[reportFieldIndex(memory, seat, "checkLow")] = low;
    words[reportFieldIndex(memory, seat, "checkBlock")] = block;
  };
  return { memory, selector, target, write, check };
}

Deno.test("a snapshot counts once another renderer has come to its block with the same state", () => {
  const { selector, target, write, check } = setUp();
  const slot = target();
  write(8, 77, 30);
  check(1, 8, 77);
  check(0, 6, 0);
  assert.equal(selector.poll([0, 1]), undefined, "the other is not there yet");
  assert.equal(selector.accepted, undefined);
  check(0, 8, 77);
  assert.equal(selector.poll([0, 1]), 30, "no joiner needs earlier entries");
  assert.equal(selector.accepted, slot);
  assert.notEqual(target(), slot);
});

Deno.test("a snapshot of a wrong state is never accepted, nor one that only its writer vouches for", () => {
  const { memory, selector, write, check } = setUp();
  write(8, 99);
  check(0, 8, 77);
  check(1, 8, 99);
  assert.equal(selector.poll([0, 1]), undefined);
  write(10, 5);
  check(1, 10, 5);
  assert.equal(selector.poll([1]), undefined);
  assert.equal(selector.accepted, undefined);
  memory.words[fixed.callback.consumed.index] = Math.ceil(memory.geometry.sealCount / 2);
  write(12, 6, 4);
  check(1, 12, 6);
  assert.equal(selector.poll([1]), 4, "alone for so long that there is nothing better");
});

Deno.test("a slot that is accepted or being read is never written; patches and entries that it needs are kept", () => {
  const { selector, target, write, check } = setUp();
  const agree = (block: number, logPosition: number, patch: number) => {
    write(block, block, logPosition, patch);
    [0, 1].forEach((seat) => check(seat, block, block));
    return selector.poll([0, 1]);
  };
  agree(2, 10, 1);
  const read = selector.use(5);
  assert.equal(read, selector.accepted);
  for (let block = 4; block < 20; block += 2) {
    assert.ok(![read, selector.accepted].includes(target()));
    assert.equal(agree(block, block * 10, 2), 10, "a joiner still replays from there");
    assert.equal(selector.oldestPatch, 1);
  }
  selector.keepUsers(() => false);
  assert.equal(selector.oldestPatch, 2);
  assert.equal(agree(20, 200, 2), 200);
});

Deno.test("a joiner can reach the present only while its snapshot lies well inside the seal table", () => {
  const { memory, selector } = setUp();
  const { sealCount } = memory.geometry;
  assert.ok(selector.canJoin(sealCount / 2));
  assert.ok(!selector.canJoin(sealCount));
});

Deno.test("one that goes on takes over the accepted snapshot and the entries that it needs", () => {
  const { memory, selector, target, write, check } = setUp();
  assert.equal(selector.oldestPosition, 0);
  const slot = target();
  write(8, 77, 30, 2);
  check(0, 8, 77);
  check(1, 8, 77);
  selector.poll([0, 1]);
  const next = new SnapshotSelector(memory, new Comparison(memory));
  assert.deepEqual([next.accepted, next.oldestPosition, next.oldestPatch], [slot, 30, 2]);
  assert.notEqual(target(), slot, "the accepted slot is not written");
});
