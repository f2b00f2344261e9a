import assert from "node:assert/strict";
import { join } from "node:path";
import { readConfig } from "../../../config/settings.ts";
import { within } from "../../../engine/memory/layout.ts";
import { snapshotArenaIndex, snapshotIndex } from "../../../engine/memory/places.ts";
import { continueSession, copySnapshot } from "../../../engine/session/continue_session.ts";
import { encodePatch, recordedPatch } from "../../../engine/session/session_format.ts";
import { SessionReader } from "../../../engine/session/session_reader.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const patch = tallyPatch({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
const patches = [{ number: 3, payload: encodePatch(recordedPatch(3, patch)) }];

/** A memory whose slot 1 holds a state at a block. */
function memoryAt(block: number) {
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  const at = snapshotIndex(memory, 1);
  for (const [field, value] of [["block", block], ["logPosition", 77], ["patch", 3]] as const) {
    memory.words[at + within.snapshot[field].index] = value;
  }
  memory.words[snapshotArenaIndex(memory, 1)] = 123_456;
  return memory;
}

Deno.test("a snapshot is copied unless it stands too early, across the wrap too, or its patch is forgotten", () => {
  const memory = memoryAt(-2);
  const found = copySnapshot(memory, 1, { from: -5, patches })!;
  assert.deepEqual([found.block, found.logPosition, found.patch], [-2, 77, 3]);
  assert.equal(found.arena.length, patch.arena.bytes);
  assert.equal(new Int32Array(found.arena.buffer)[0], 123_456);
  memory.words[snapshotArenaIndex(memory, 1)] = 0;
  assert.equal(new Int32Array(found.arena.buffer)[0], 123_456, "it is a copy");
  assert.equal(copySnapshot(memory, 1, { from: 0, patches }), undefined);
  assert.equal(copySnapshot(memory, 1, { from: -5, patches: [] }), undefined);
});

Deno.test("the next file begins with header, patches and state, and with what is left out of the log", () =>
  inFolder(async (folder) => {
    const memory = memoryAt(-2);
    const path = join(folder, "next.session");
    const writer = await continueSession(path, {
      ...{ config: readConfig({}), version: "1", memory, patches, files: [], quarantined: [80] },
      snapshot: copySnapshot(memory, 1, { from: -2, patches })!,
      onFailure: (error) => assert.fail(error),
    });
    await writer.close({ blocks: 0, concealedFrames: 0 });
    const reader = await SessionReader.open(path);
    const types: string[] = [];
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) types.push(chunk.type);
    reader.close();
    const { patch: name, startBlock, startLogPosition, lookaheadBlocks } = reader.header;
    assert.deepEqual([name, startBlock, startLogPosition], [patch.name, 2 ** 32 - 2, 77]);
    assert.equal(lookaheadBlocks, memory.lookaheadBlocks());
    assert.deepEqual(types, ["PTCH", "SNAP", "QUAR", "DONE"]);
  }));
