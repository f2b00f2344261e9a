import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { within } from "../../../engine/memory/layout.ts";
import { snapshotArenaIndex, snapshotIndex } from "../../../engine/memory/places.ts";
import { Host, PatchInstance, preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { patchOfSnapshot, SnapshotCopy } from "../../../engine/renderer/snapshot.ts";
import { SnapshotDamagedError } from "../../../engine/renderer/snapshot_damaged_error.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
const checksum = compileChecksum();

function instance(seed: number, pieceBytes: number): PatchInstance {
  const made = new PatchInstance(preparePatch(5, patch, checksum), { blockFrames: 32, seed, pieceBytes });
  while (!made.makeReady());
  return made;
}

/** Copies whole. Returns the pieces it took. */
function copy(
  memory: ReturnType<typeof testMemory>,
  slot: number,
  from: PatchInstance,
  to?: PatchInstance,
): number {
  const copied = new SnapshotCopy(memory);
  copied.begin(slot, to ?? from);
  const step = () => to === undefined ? copied.writePiece() : copied.readPiece();
  for (let pieces = 1;; pieces++) if (step()) return pieces;
}

for (const pieceBytes of [4_096, 24_576, 1 << 20]) {
  Deno.test(`a snapshot in pieces of ${pieceBytes} bytes that was read back is the arena that was written`, () => {
    const memory = testMemory({ arenaBytes: patch.arena.bytes });
    const [writer, reader] = [instance(1, pieceBytes), instance(2, pieceBytes)];
    writer.words[writer.host + Host.block] = -3;
    writer.words[writer.host + Host.logPosition] = 70_000;
    writer.exports.note_on(0, 1, 60, 1);
    assert.equal(copy(memory, 3, writer), Math.ceil(writer.bytes.length / pieceBytes));
    assert.equal(patchOfSnapshot(memory, 3), 5);
    copy(memory, 3, writer, reader);
    assert.deepEqual(reader.bytes, writer.bytes);
    const { block, logPosition, sequence } = within.snapshot;
    const header = [block, logPosition, sequence].map(({ index }) =>
      memory.words[snapshotIndex(memory, 3) + index]
    );
    assert.deepEqual(header, [-3, 70_000, 1]);
    copy(memory, 3, writer);
    assert.equal(memory.words[snapshotIndex(memory, 3) + sequence.index], 2, "every snapshot is a new one");
  });
}

Deno.test("a snapshot counts only when its last piece is written; one that was given up is begun from the start", () => {
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  const [writer, reader] = [instance(1, 16_384), instance(2, 16_384)];
  const copied = new SnapshotCopy(memory);
  const sequence = () => memory.words[snapshotIndex(memory, 1) + within.snapshot.sequence.index];
  copied.begin(1, writer);
  copied.writePiece();
  copied.writePiece();
  assert.equal(sequence(), 0);
  writer.exports.note_on(0, 1, 60, 1);
  copied.begin(1, writer);
  while (!copied.writePiece()) assert.equal(sequence(), 0);
  assert.equal(sequence(), 1);
  copy(memory, 1, writer, reader);
  assert.deepEqual(reader.bytes, writer.bytes);
});

Deno.test("a snapshot is refused when its arena or its block was changed, or two of its pieces were exchanged", () => {
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  const first = snapshotArenaIndex(memory, 0);
  const damages = [
    () => memory.words[first + 17_000] ^= 1 << 9,
    () => memory.words[snapshotIndex(memory, 0) + within.snapshot.block.index] ^= 1 << 9,
    () => {
      const piece = memory.words.slice(first, first + 4_096);
      memory.words.copyWithin(first, first + 16_384, first + 20_480);
      memory.words.set(piece, first + 16_384);
    },
  ];
  for (const damage of damages) {
    const writer = instance(1, 16_384);
    copy(memory, 0, writer);
    damage();
    assert.throws(() => copy(memory, 0, writer, instance(2, 16_384)), SnapshotDamagedError);
  }
});
