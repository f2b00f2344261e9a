import assert from "node:assert/strict";
import { within } from "../../../engine/memory/layout.ts";
import { snapshotArenaIndex, snapshotIndex } from "../../../engine/memory/places.ts";
import { encodePatch, recordedPatch } from "../../../engine/session/session_format.ts";
import { JournalFile, journalName } from "../../../engine/state/journal_file.ts";
import { readJournal } from "../../../engine/state/read_journal.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const format = { sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 };
const patch = tallyPatch(format);

/** A memory with a snapshot in slot 1, and a patch whose arena is as large as asked for. */
function setUp({ block = 4, arenaBytes = patch.arena.bytes } = {}) {
  const memory = testMemory({ arenaBytes });
  const { arena, ...rest } = recordedPatch(0, patch).description;
  const payload = encodePatch({
    ...recordedPatch(0, patch),
    description: { ...rest, arena: { ...arena, bytes: arenaBytes } },
  });
  const place = (at: number, logPosition: number) => {
    const start = snapshotIndex(memory, 1);
    memory.words[start + within.snapshot.block.index] = at;
    memory.words[start + within.snapshot.logPosition.index] = logPosition;
    memory.words[snapshotArenaIndex(memory, 1)] = at * 11;
  };
  place(block, 1);
  return { memory, payload, place };
}

const bytesOf = (...words: number[]) => new Uint8Array(new Int32Array(words).buffer);
const entry = (position: number, opcode = 1, id = position) => [0, 0, 0, opcode, id, 0, 0, position];
const block = (seal: number) => [seal, 1, 2];

Deno.test("a journal begins with the initial state, and a snapshot goes on in the same file", () =>
  inFolder(async (folder) => {
    const { memory, payload } = setUp();
    const file = new JournalFile(memory, folder);
    file.begin(testHeader, [payload]);
    file.append("BLKS", bytesOf(0, ...block(0)));
    assert.equal(await file.snapshot(undefined), 0);
    file.append("CMDS", bytesOf(0, ...entry(0), ...entry(1)));
    file.append("BLKS", bytesOf(1, ...block(2), ...block(2)));
    assert.equal(await file.snapshot(1), patch.arena.bytes);
    await file.sync();
    file.append("QUAR", bytesOf(1));
    await file.close({ blocks: 3, concealedFrames: 0 });
    const content = await readJournal(`${folder}/${journalName}`);
    assert.deepEqual([content.header.patch, content.header.startBlock], ["tally", 0]);
    assert.deepEqual(content.parts.map(({ type, words }) => [type, words[0]]), [
      ["BLKS", 0],
      ["CMDS", 0],
      ["BLKS", 1],
    ]);
    const [{ block: at, logPosition, arena }] = content.snapshots;
    assert.deepEqual([at, logPosition, new Int32Array(arena.slice(0, 4).buffer)[0]], [4, 1, 44]);
    assert.deepEqual([...content.quarantined], [1]);
    assert.deepEqual([content.mark!.block, content.mark!.logPosition], [3, 2]);
    assert.deepEqual(content.mark!.heldNotes, [[0, 0], [0, 1]]);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), [journalName]);
  }));

Deno.test("a large snapshot gets a file of its own, with what follows it and what came while it was written", () =>
  inFolder(async (folder) => {
    const { memory, payload, place } = setUp({ arenaBytes: 6 * 2 ** 20 });
    const file = new JournalFile(memory, folder);
    file.begin(testHeader, [payload]);
    await file.snapshot(undefined);
    for (let at = 0; at < 6; at++) {
      file.append("CMDS", bytesOf(at, ...entry(at)));
      file.append("BLKS", bytesOf(at, ...block(at + 1)));
    }
    place(4, 4);
    const written = file.snapshot(1);
    file.append("PTCH", encodePatch({ ...recordedPatch(1, patch) }));
    file.append("CMDS", bytesOf(6, ...entry(6)));
    file.append("BLKS", bytesOf(6, ...block(7)));
    // until it is whole, the file before is the journal, and has everything
    assert.equal((await readJournal(`${folder}/${journalName}`)).parts.length, 14);
    assert.equal(await written, 6 * 2 ** 20);
    file.append("BLKS", bytesOf(7, ...block(7)));
    const content = await readJournal(`${folder}/${journalName}`);
    assert.deepEqual([content.header.startBlock, content.header.startLogPosition], [4, 4]);
    assert.deepEqual(content.patches.map(({ number }) => number), [0, 1]);
    assert.deepEqual(content.parts.map(({ type, words }) => [type, words[0]]), [
      ["CMDS", 4],
      ["BLKS", 4],
      ["CMDS", 5],
      ["BLKS", 5],
      ["CMDS", 6],
      ["BLKS", 6],
      ["BLKS", 7],
    ]);
    file.abandon();
  }));

Deno.test("a file that cannot be written beside leaves the one that is there", () =>
  inFolder(async (folder) => {
    const { memory, payload } = setUp();
    const file = new JournalFile(memory, folder);
    file.begin(testHeader, [payload]);
    await file.snapshot(undefined);
    file.append("BLKS", bytesOf(0, ...block(0)));
    file.begin(testHeader, [payload]);
    await Deno.mkdir(`${folder}/journal.next`);
    await assert.rejects(file.snapshot(1));
    file.abandon();
    assert.equal((await readJournal(`${folder}/${journalName}`)).parts.length, 1);
  }));
