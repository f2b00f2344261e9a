import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { CommandLog, Opcode } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { type Dimensions, fixed, SeatCommand, SeatState, within } from "../../../engine/memory/layout.ts";
import { inputSlotIndex, snapshotIndex } from "../../../engine/memory/places.ts";
import { orderIndex, reportFieldIndex } from "../../../engine/memory/seats.ts";
import { snapshotOrder } from "../../../engine/memory/snapshot_order.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { Renderer } from "../../../engine/renderer/renderer.ts";
import { AfterStep, RendererLoop } from "../../../engine/renderer/renderer_loop.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { writeWholeSnapshot } from "../../../testing/engine/whole_snapshot.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

function setUp({ inputChannels = 0, ...dimensions }: Partial<Dimensions> = {}) {
  const format = { sampleRateHz: 8_000, channels: 2, inputChannels, maximumBlockFrames: 32 };
  const patch = inputChannels === 0 ? tallyPatch(format) : compilePatch("sines", format);
  const memory = testMemory({
    arenaBytes: patch.arena.bytes,
    lookaheadBlocks: 4,
    inputChannels,
    ...dimensions,
  });
  new SealTable(memory).reset(0);
  const log = new CommandLog(memory);
  const renderer = new Renderer({
    memory,
    ring: 2,
    seed: 1,
    patch: preparePatch(0, patch, compileChecksum()),
  });
  return { memory, renderer, log, loop: new RendererLoop({ memory, seat: 2, renderer }) };
}

/** Steps until there is something to wait for. */
function work(loop: RendererLoop): number {
  for (;;) {
    const after = loop.step();
    if (after !== AfterStep.goOn && after !== AfterStep.stepOut) return after;
  }
}

/** An order that waits for the block at which a snapshot is due. */
const orderFor = (number: number, slot: number, seat: number) =>
  snapshotOrder(number, { slot, seat, isUrgent: false });

Deno.test("it waits for orders, runs ahead of the device by the lookahead, and ends when ordered", () => {
  const { memory, renderer, loop } = setUp();
  const { words } = memory;
  const report = (field: "state" | "published" | "heartbeat") => words[reportFieldIndex(memory, 2, field)];
  words[orderIndex(memory, 2, "command")] = SeatCommand.wait;
  assert.equal(work(loop), AfterStep.waitForOrders);
  assert.deepEqual([report("state"), report("heartbeat")], [SeatState.empty, 1]);
  words[orderIndex(memory, 2, "command")] = SeatCommand.run;
  assert.equal(work(loop), AfterStep.waitForDevice);
  assert.deepEqual([report("state"), report("published"), renderer.block], [SeatState.running, 4, 4]);
  assert.equal(loop.nextConsumed, 1);
  words[fixed.callback.consumed.index] = 3;
  assert.equal(work(loop), AfterStep.waitForDevice);
  assert.equal(report("published"), 7);
  words[orderIndex(memory, 2, "command")] = SeatCommand.stop;
  assert.equal(work(loop), AfterStep.end);
});

Deno.test("without input it follows a new lookahead at once, with input when the log's entry takes effect", () => {
  for (const inputChannels of [0, 1]) {
    const { memory, renderer, log, loop } = setUp({ inputChannels });
    const { words } = memory;
    words[orderIndex(memory, 2, "command")] = SeatCommand.run;
    assert.equal(work(loop), AfterStep.waitForDevice);
    log.append([{ opcode: Opcode.lookahead, target: 9, value: 0, extra: 0 }]);
    words[fixed.control.lookaheadBlocks.index] = 9;
    assert.equal(work(loop), AfterStep.waitForDevice);
    assert.equal(renderer.block, inputChannels === 0 ? 9 : 4);
    words[inputSlotIndex(memory, 0) + within.inputSlot.tag.index] = 0;
    words[fixed.callback.consumed.index] = 1;
    assert.equal(work(loop), AfterStep.waitForDevice);
    assert.deepEqual([renderer.block, loop.nextConsumed], [10, 2]);
    log.append([{ opcode: Opcode.lookahead, target: 3, value: 0, extra: 0 }]);
    words[fixed.control.lookaheadBlocks.index] = 3;
    words[fixed.callback.consumed.index] = 2;
    for (const block of [0, 1, 2]) words[inputSlotIndex(memory, block) + within.inputSlot.tag.index] = block;
    assert.equal(work(loop), AfterStep.waitForDevice);
    assert.equal(loop.nextConsumed, renderer.block - 2);
  }
});

Deno.test("a patch in the port is prepared before the next block, and only once", () => {
  const { memory, renderer, loop } = setUp();
  memory.words[orderIndex(memory, 2, "command")] = SeatCommand.run;
  memory.words[orderIndex(memory, 2, "patch")] = 1;
  assert.equal(loop.step(), AfterStep.preparePatch);
  const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
  renderer.prepare(preparePatch(1, patch, compileChecksum()));
  assert.equal(work(loop), AfterStep.waitForDevice);
  assert.equal(memory.words[reportFieldIndex(memory, 2, "patch")], 1);
});

Deno.test("without a snapshot it begins at the anchor of the memory, if there is one", () => {
  const { memory, renderer, loop } = setUp();
  const { words } = memory;
  words[orderIndex(memory, 2, "command")] = SeatCommand.run;
  words[fixed.control.anchorPatch.index] = 1;
  words[fixed.control.anchorBlock.index] = 40;
  words[fixed.control.anchorPosition.index] = 9;
  words[fixed.callback.consumed.index] = 40;
  while (words[reportFieldIndex(memory, 2, "state")] !== SeatState.running) loop.step();
  assert.deepEqual([renderer.block, renderer.logPosition], [40, 9]);
  assert.equal(words[reportFieldIndex(memory, 2, "published")], 40);
});

Deno.test("the renderer that is ordered writes a snapshot, once for each order", () => {
  for (const [seat, sequence] of [[2, 1], [1, 0]]) {
    const { memory, loop } = setUp();
    memory.words[orderIndex(memory, 2, "command")] = SeatCommand.run;
    memory.words[fixed.control.snapshotTarget.index] = orderFor(1, 1, seat);
    work(loop);
    memory.words[fixed.callback.consumed.index] = 20;
    work(loop);
    assert.equal(snapshotSequence(memory, 1), sequence);
    memory.words[fixed.control.snapshotTarget.index] = orderFor(2, 1, seat);
    memory.words[fixed.callback.consumed.index] = 40;
    work(loop);
    assert.equal(snapshotSequence(memory, 1), 2 * sequence);
  }
});

Deno.test("an urgent snapshot is written at the next block, another at the block where one is due", () => {
  for (const isUrgent of [false, true]) {
    const { memory, renderer, loop } = setUp();
    memory.words[orderIndex(memory, 2, "command")] = SeatCommand.run;
    while (renderer.block < 2) loop.step();
    memory.words[fixed.control.snapshotTarget.index] = snapshotOrder(1, { slot: 1, seat: 2, isUrgent });
    while (renderer.block < 4) loop.step();
    assert.equal(snapshotSequence(memory, 1), isUrgent ? 1 : 0);
    memory.words[fixed.callback.consumed.index] = 4;
    while (renderer.block < 5) loop.step();
    assert.equal(snapshotSequence(memory, 1), 1);
  }
});

Deno.test("a large arena is copied with a sign of life after each piece; it is away until it has caught up", () => {
  const { memory, renderer, loop } = setUp({ snapshotPieceBytes: 65_536 });
  const { words } = memory;
  const report = (field: "away" | "heartbeat" | "snapshotSlot") => words[reportFieldIndex(memory, 2, field)];
  words[orderIndex(memory, 2, "command")] = SeatCommand.run;
  words[fixed.control.snapshotTarget.index] = orderFor(1, 3, 2);
  while (report("snapshotSlot") === 0) assert.notEqual(loop.step(), AfterStep.end);
  assert.deepEqual([renderer.block, report("snapshotSlot"), report("away")], [0, 4, 1]);
  const { pieces } = renderer.playing;
  assert.ok(pieces.length > 2);
  for (let piece = 0; piece < pieces.length; piece++) {
    assert.equal(snapshotSequence(memory, 3), 0);
    const heartbeat = report("heartbeat");
    loop.step();
    assert.equal(report("heartbeat"), heartbeat + 1);
  }
  assert.deepEqual([snapshotSequence(memory, 3), report("snapshotSlot"), report("away")], [1, 0, 1]);
  assert.equal(work(loop), AfterStep.waitForDevice);
  assert.deepEqual([renderer.block, report("away")], [4, 0]);
});

Deno.test("a snapshot whose order is taken back is given up after the piece, and the slot is free", () => {
  const { memory, renderer, loop } = setUp({ snapshotPieceBytes: 65_536 });
  const { words } = memory;
  const slot = () => words[reportFieldIndex(memory, 2, "snapshotSlot")];
  words[orderIndex(memory, 2, "command")] = SeatCommand.run;
  words[fixed.control.snapshotTarget.index] = orderFor(1, 3, 2);
  while (slot() === 0) loop.step();
  loop.step();
  words[fixed.control.snapshotTarget.index] = orderFor(2, 3, 1);
  loop.step();
  assert.equal(slot(), 0);
  assert.equal(work(loop), AfterStep.waitForDevice);
  assert.deepEqual([snapshotSequence(memory, 3), renderer.block], [0, 4]);
});

Deno.test("a snapshot is read with a sign of life after each piece, and an order to stop is obeyed between two", () => {
  const { memory, renderer, loop } = setUp({ snapshotPieceBytes: 65_536 });
  const { words } = memory;
  const heartbeat = () => words[reportFieldIndex(memory, 2, "heartbeat")];
  writeWholeSnapshot(renderer, 1);
  words[orderIndex(memory, 2, "snapshot")] = 2;
  words[orderIndex(memory, 2, "command")] = SeatCommand.run;
  for (let piece = 0; piece < renderer.playing.pieces.length; piece++) {
    const before = heartbeat();
    assert.equal(loop.step(), AfterStep.goOn);
    assert.equal(heartbeat(), before + 1);
    assert.notEqual(words[reportFieldIndex(memory, 2, "state")], SeatState.running);
  }
  words[orderIndex(memory, 2, "command")] = SeatCommand.stop;
  assert.equal(work(loop), AfterStep.end);
});

Deno.test("while it plays, a patch is made ready a piece at a time, and only when the next block is done", () => {
  const { memory, renderer, loop } = setUp({ snapshotPieceBytes: 65_536 });
  const { words } = memory;
  words[orderIndex(memory, 2, "command")] = SeatCommand.run;
  assert.equal(work(loop), AfterStep.waitForDevice);
  const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
  renderer.prepare(preparePatch(1, patch, compileChecksum()));
  const { length } = renderer.playing.pieces;
  for (let piece = 1; piece < length; piece++) {
    words[fixed.callback.consumed.index]++;
    while (renderer.block !== words[fixed.callback.consumed.index] + 4) loop.step();
    assert.ok(renderer.isPreparing);
    loop.step();
  }
  assert.equal(work(loop), AfterStep.waitForDevice);
  assert.ok(!renderer.isPreparing);
  assert.equal(words[reportFieldIndex(memory, 2, "patch")], 1);
});

function snapshotSequence(memory: ReturnType<typeof testMemory>, slot: number): number {
  return memory.words[snapshotIndex(memory, slot) + within.snapshot.sequence.index];
}
