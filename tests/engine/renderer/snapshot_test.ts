import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { within } from "../../../engine/memory/layout.ts";
import { snapshotArenaIndex, snapshotIndex } from "../../../engine/memory/places.ts";
import { Host, PatchInstance, preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { patchOfSnapshot, readSnapshot, writeSnapshot } from "../../../engine/renderer/snapshot.ts";
import { tallyPatch } from "../../../testing/tally_patch.ts";
import { testMemory } from "../../../testing/test_memory.ts";

const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
const checksum = compileChecksum();
const instance = (seed: number) => new PatchInstance(preparePatch(5, patch, checksum), 32, seed);

Deno.test("a snapshot that was read back is the arena that was written, and says of which block and patch", () => {
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  const [writer, reader] = [instance(1), instance(2)];
  writer.words[writer.host + Host.block] = -3;
  writer.words[writer.host + Host.logPosition] = 70_000;
  writer.exports.note_on(0, 1, 60, 1);
  writeSnapshot(memory, 3, writer);
  assert.equal(patchOfSnapshot(memory, 3), 5);
  readSnapshot(memory, 3, reader);
  assert.deepEqual(reader.bytes, writer.bytes);
  const { block, logPosition, sequence } = within.snapshot;
  const header = [block, logPosition, sequence].map(({ index }) =>
    memory.words[snapshotIndex(memory, 3) + index]
  );
  assert.deepEqual(header, [-3, 70_000, 1]);
  writeSnapshot(memory, 3, writer);
  assert.equal(memory.words[snapshotIndex(memory, 3) + sequence.index], 2, "every snapshot is a new one");
});

Deno.test("a snapshot is refused when its arena or its block was changed", () => {
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  const reader = instance(1);
  for (
    const index of [
      snapshotArenaIndex(memory, 0) + 20_000,
      snapshotIndex(memory, 0) + within.snapshot.block.index,
    ]
  ) {
    writeSnapshot(memory, 0, reader);
    memory.words[index] ^= 1 << 9;
    assert.throws(() => readSnapshot(memory, 0, reader), /snapshot 0: its checksum/);
  }
});
