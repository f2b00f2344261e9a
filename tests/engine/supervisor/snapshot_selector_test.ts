import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { CommandLog, Opcode } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { fixed, SeatCommand, within } from "../../../engine/memory/layout.ts";
import { slotIndex, snapshotIndex } from "../../../engine/memory/places.ts";
import { orderIndex, reportFieldIndex } from "../../../engine/memory/seats.ts";
import { isUrgentOrder, orderedSlot } from "../../../engine/memory/snapshot_order.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { Renderer } from "../../../engine/renderer/renderer.ts";
import { AfterStep, RendererLoop } from "../../../engine/renderer/renderer_loop.ts";
import { Comparison } from "../../../engine/supervisor/comparison.ts";
import { SnapshotSelector } from "../../../engine/supervisor/snapshot_selector.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { readWholeSnapshot } from "../../../testing/engine/whole_snapshot.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const sweepBlocks = 4;

function setUp({ arenaBytes = 65_536 } = {}) {
  const memory = testMemory({ snapshotPieceBytes: 65_536 });
  const { words } = memory;
  const comparison = new Comparison(memory);
  const selector = new SnapshotSelector(memory, comparison);
  const report = (seat: number, field: "arenaBytes" | "published" | "snapshotSlot") =>
    reportFieldIndex(memory, seat, field);
  [0, 1, 2].forEach((seat) => words[report(seat, "arenaBytes")] = arenaBytes);
  /** The slot that a renderer is ordered to write; undefined: it is not. */
  const target = (seat: number) => {
    const slot = orderedSlot(words[fixed.control.snapshotTarget.index], seat);
    return slot < 0 ? undefined : slot;
  };
  /** What the renderer that has the order does at a block. */
  const write = (seat: number, block: number, { logPosition = 0, patch = 0 } = {}) => {
    const slot = target(seat);
    assert.ok(slot !== undefined, `the renderer on seat ${seat} must have the order`);
    const start = snapshotIndex(memory, slot);
    Object.entries({ block, logPosition, patch }).forEach(([name, value]) => {
      words[start + within.snapshot[name as "block"].index] = value;
    });
    words[start + within.snapshot.sequence.index]++;
    return slot;
  };
  /** The renderers publish a block, those of `wrong` with another state. */
  const publish = (seats: readonly number[], block: number, wrong: readonly number[] = []) => {
    for (const seat of seats) {
      const slot = slotIndex(memory, seat, block);
      words[slot + within.slot.stateLow.index] = wrong.includes(seat) ? 99 : 7;
      words[slot + within.slot.regions.index] = sweepBlocks;
      words[slot + within.slot.tag.index] = block;
      words[report(seat, "published")] = block + 1;
    }
  };
  /** The supervision loop's turn. */
  const turn = (seats: readonly number[], compared = seats) => {
    comparison.poll(compared);
    selector.poll(seats);
  };
  let next = 0;
  /** Renderers play these blocks in agreement, a turn after each. */
  const play = (seats: readonly number[], blocks: number, wrong: readonly number[] = []) => {
    for (const end = next + blocks; next < end; next++) {
      publish(seats, next, wrong);
      turn(seats);
    }
  };
  const clockTo = (part: number) =>
    words[fixed.callback.consumed.index] = Math.ceil(memory.geometry.sealCount * part);
  return { memory, selector, target, write, turn, play, report, clockTo, block: () => next };
}

Deno.test("a snapshot counts once its writer has agreed with another through a whole sweep after it", () => {
  const { selector, write, play, block } = setUp();
  play([0, 1, 2], 3);
  const slot = write(2, block());
  play([0, 1, 2], sweepBlocks - 1);
  assert.equal(selector.accepted, undefined, "one region was not compared yet");
  play([0, 1, 2], 1);
  assert.equal(selector.accepted, slot);
});

Deno.test("a snapshot whose writer differs within the sweep never counts; the next one is judged from its own block on", () => {
  const { selector, write, play, block } = setUp();
  play([0, 1, 2], 3);
  write(2, block());
  play([0, 1, 2], 2);
  play([0, 1, 2], 1, [2]);
  play([0, 1], 1); // the writer was outvoted
  play([0, 1], 3 * sweepBlocks);
  assert.equal(selector.accepted, undefined);
  const slot = write(1, block());
  play([0, 1], sweepBlocks);
  assert.equal(selector.accepted, slot);
});

Deno.test("an urgent snapshot of a small arena is ordered anew, once; a large one waits for its time", () => {
  for (const [arenaBytes, isUrgent] of [[65_536, true], [65_540, false]] as const) {
    const { memory, selector, target, turn } = setUp({ arenaBytes });
    const { words } = memory;
    const order = () => words[fixed.control.snapshotTarget.index];
    turn([0, 1, 2]);
    const [before, slot] = [order(), target(2)];
    assert.equal(isUrgentOrder(before), false);
    selector.poll([0, 1, 2], true);
    assert.deepEqual([isUrgentOrder(order()), target(2)], [isUrgent, slot]);
    assert.equal(order() !== before, isUrgent);
    const ordered = order();
    selector.poll([0, 1, 2], true);
    selector.poll([0, 1, 2], false);
    assert.equal(order(), ordered, "an order stands until it is carried out");
  }
});

Deno.test("a snapshot that only its writer vouches for counts only when there has been nothing better for long", () => {
  const { selector, write, turn, clockTo } = setUp();
  turn([1]);
  const slot = write(1, 8);
  turn([1]);
  assert.equal(selector.accepted, undefined);
  clockTo(0.5);
  turn([1]);
  assert.equal(selector.accepted, slot);
});

Deno.test("a writer that fell before its sweep was over counts only if it was swept around its snapshot, and nothing better is there", () => {
  for (const [part, counts] of [[0.1, false], [0.5, true]] as const) {
    const { selector, write, play, turn, clockTo, block } = setUp();
    play([0, 1, 2], sweepBlocks);
    const slot = write(2, block());
    play([0, 1, 2], 1);
    clockTo(part);
    turn([0, 1]);
    assert.equal(selector.accepted, counts ? slot : undefined);
  }
});

Deno.test("the last in line copies a small arena; a large one only a spare, or when the last snapshot is old", () => {
  const small = setUp();
  for (const seats of [[0, 1, 2], [2, 1], [1]]) {
    small.turn(seats);
    assert.notEqual(small.target(seats.at(-1)!), undefined, `in line: ${seats}`);
  }
  const large = setUp({ arenaBytes: 1 << 28 });
  large.turn([0, 1, 2]);
  assert.notEqual(large.target(2), undefined);
  large.turn([0, 1]);
  assert.equal(large.target(1), undefined, "without a spare nobody is away");
  assert.equal(large.target(2), undefined, "the order is taken back");
  large.clockTo(0.5);
  large.turn([0, 1]);
  assert.notEqual(large.target(1), undefined);
});

Deno.test("another slot is chosen when the writer changes, and none that a renderer may still be writing", () => {
  const { memory, target, turn, report } = setUp();
  turn([0, 1, 2]);
  const first = target(2)!;
  memory.words[report(2, "snapshotSlot")] = first + 1; // it began, and is stopped in the middle
  turn([0, 1]);
  const second = target(1)!;
  assert.notEqual(second, first);
  assert.equal(target(2), undefined);
  turn([0]);
  assert.equal(target(0), second, "nobody has begun with this one");
  memory.words[report(2, "snapshotSlot")] = 0;
  turn([1, 0, 2]);
  assert.equal(target(2), first, "it is given back");
});

Deno.test("the last two agreed slots and those being read are never written; patches and entries that they need are kept", () => {
  const { selector, write, play, block } = setUp();
  const agree = (logPosition: number, patch: number) => {
    const slot = write(2, block(), { logPosition, patch });
    play([0, 1, 2], sweepBlocks);
    return slot;
  };
  play([0, 1, 2], 1);
  const read = agree(10, 1);
  assert.deepEqual([selector.oldestPosition(), selector.oldestPatch()], [0, 0], "the start is as good");
  assert.equal(selector.use(5), read);
  const agreed = [read];
  for (let number = 2; number < 8; number++) {
    const slot = agree(number * 10, number);
    assert.ok(!agreed.slice(0, 2).includes(slot) && slot !== read);
    agreed.unshift(slot);
    assert.deepEqual([selector.oldestPosition(), selector.oldestPatch()], [10, 1], "a joiner still replays");
  }
  selector.keepUsers(() => false);
  assert.deepEqual([selector.oldestPosition(), selector.oldestPatch()], [60, 6], "the one before the last");
});

Deno.test("a snapshot that a joiner found damaged is given up for the one before it", () => {
  const { memory, selector, write, play, block } = setUp();
  play([0, 1, 2], 1);
  const slots = [0, 1].map(() => {
    const slot = write(2, block(), { logPosition: block() });
    play([0, 1, 2], sweepBlocks);
    return slot;
  });
  assert.equal(selector.use(5), slots[1]);
  selector.reject(6);
  assert.equal(selector.accepted, slots[1], "the renderer on seat 6 read nothing");
  selector.reject(5);
  assert.equal(selector.accepted, slots[0]);
  selector.keepUsers(() => false);
  const position = selector.oldestPosition();
  selector.use(5);
  selector.reject(5);
  assert.equal(selector.accepted, undefined);
  assert.ok(!selector.canJoin(memory.consumed()), "the log of the start is not kept any more");
  selector.keepUsers(() => false);
  assert.equal(selector.oldestPosition(), position, "nothing more is released");
});

Deno.test("a later control process goes on with the agreed snapshots", () => {
  const { memory, selector, write, play, block, target } = setUp();
  play([0, 1, 2], 1);
  for (let number = 0; number < 3; number++) {
    write(2, block(), { logPosition: block() });
    play([0, 1, 2], sweepBlocks);
  }
  const later = new SnapshotSelector(memory, new Comparison(memory));
  assert.equal(target(2), undefined, "the order of the earlier one does not stand");
  assert.equal(later.accepted, selector.accepted);
  assert.equal(later.oldestPosition(), selector.oldestPosition());
  later.use(5);
  later.reject(5);
  assert.notEqual(later.accepted, undefined, "the one before it is known too");
});

Deno.test("a joiner can reach the present only while its snapshot lies well inside the seal table", () => {
  const { memory, selector } = setUp();
  const { sealCount } = memory.geometry;
  assert.ok(selector.canJoin(sealCount / 2));
  assert.ok(!selector.canJoin(sealCount));
});

Deno.test("a writer stopped in the middle of a snapshot, whose order went to another, damages none that is agreed", () => {
  const format = { sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 };
  const patch = tallyPatch(format);
  const memory = testMemory({
    arenaBytes: patch.arena.bytes,
    checkRegionBytes: 16_384,
    snapshotPieceBytes: 65_536,
  });
  const { words } = memory;
  new SealTable(memory).reset(0);
  const log = new CommandLog(memory);
  const checksum = compileChecksum();
  const made = (seat: number) => {
    const renderer = new Renderer({ memory, ring: seat, seed: 7, patch: preparePatch(0, patch, checksum) });
    words[orderIndex(memory, seat, "command")] = SeatCommand.run;
    return { renderer, loop: new RendererLoop({ memory, seat, renderer }) };
  };
  const [a, b, c, d] = [0, 1, 2, 3].map(made);
  const comparison = new Comparison(memory);
  const selector = new SnapshotSelector(memory, comparison);
  const isWaiting = (after: number) => after === AfterStep.waitForDevice;
  const claimed = (seat: number) => words[reportFieldIndex(memory, seat, "snapshotSlot")];
  const step = (parts: readonly { loop: RendererLoop }[], seats: readonly number[]) => {
    log.append([{ opcode: Opcode.noteOn, target: 1, value: memory.consumed() % 50, extra: 1 }]);
    parts.forEach(({ loop }) => {
      while (!isWaiting(loop.step()));
    });
    comparison.poll(seats);
    selector.poll(seats);
    words[fixed.callback.consumed.index]++;
  };
  for (let block = 0; block < 5; block++) step([a, b], [0, 1]);
  // a third is in lockstep and begins to copy, and is stopped after some pieces
  for (let steps = 0; claimed(2) === 0 && steps < 1_000; steps++) {
    if (isWaiting(c.loop.step())) step([a, b], [0, 1, 2]);
  }
  const half = claimed(2) - 1;
  assert.ok(half >= 0);
  c.loop.step();
  // the two others go on without it: the order goes to another, and its snapshot is agreed
  const enough = memory.geometry.sealCount;
  for (let block = 0; selector.accepted === undefined && block < enough; block++) step([a, b], [0, 1]);
  const accepted = selector.accepted!;
  assert.notEqual(accepted, half);
  // the stopped one goes on, wherever it is, until it has caught up
  while (!isWaiting(c.loop.step()));
  assert.equal(claimed(2), 0, "it gave the slot back");
  readWholeSnapshot(d.renderer, accepted);
  while (d.renderer.block !== a.renderer.block) d.renderer.renderBlock();
  assert.deepEqual(
    d.renderer.playing.bytes,
    a.renderer.playing.bytes,
    "a joiner continues where the others are",
  );
});

Deno.test("one that goes on takes over the agreed snapshot; one that is lent is not written until it is taken back", () => {
  const { memory, selector, write, play, block } = setUp();
  play([0, 1, 2], 3);
  const slot = write(2, block(), { logPosition: 30, patch: 2 });
  play([0, 1, 2], sweepBlocks);
  assert.equal(selector.lend(), slot);
  const slots = new Set<number>();
  const writeMany = () => {
    for (let count = 0; count < 12; count++) {
      slots.add(write(2, block(), { logPosition: 40, patch: 2 }));
      play([0, 1, 2], sweepBlocks + 1);
    }
  };
  writeMany();
  assert.ok(!slots.has(slot));
  selector.takeBack();
  writeMany();
  assert.ok(slots.has(slot));
  const next = new SnapshotSelector(memory, new Comparison(memory));
  assert.equal(next.accepted, selector.accepted);
  assert.deepEqual([next.oldestPosition(), next.oldestPatch()], [40, 2]);
});

Deno.test("after an anchor joiners begin there: what was written before is of no use, and its patches are not needed", () => {
  const { memory, selector, write, turn, play, clockTo, block } = setUp();
  play([0, 1, 2], 3);
  write(2, block(), { logPosition: 30 });
  play([0, 1, 2], sweepBlocks);
  assert.deepEqual(selector.origin, { block: 3, logPosition: 30 });
  const { sealCount } = memory.geometry;
  clockTo(1);
  assert.ok(!selector.canJoin(sealCount));
  selector.abandon();
  assert.ok(!selector.canJoin(3), "neither is the start of any use");
  selector.begin({ patch: 2, block: sealCount + 8, position: 44 });
  assert.deepEqual([selector.origin.block, selector.origin.logPosition], [sealCount + 8, 44]);
  assert.deepEqual([selector.accepted, selector.oldestPatch(), selector.oldestPosition()], [
    undefined,
    2,
    44,
  ]);
  assert.ok(selector.canJoin(sealCount));
  assert.equal(selector.use(3), undefined);
  assert.equal(memory.words[fixed.control.acceptedSnapshot.index], 0);
  turn([1]);
  assert.equal(selector.accepted, undefined);
});
