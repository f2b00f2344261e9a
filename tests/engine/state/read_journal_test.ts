import assert from "node:assert/strict";
import { SessionDamagedError } from "../../../engine/session/session_damaged_error.ts";
import type { SessionMark } from "../../../engine/session/session_format.ts";
import { readJournal } from "../../../engine/state/read_journal.ts";
import { recordShortSession } from "../../../testing/engine/recorded_session.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const bytesOf = (...words: number[]) => new Uint8Array(new Int32Array(words).buffer);
const jsonOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const mark: SessionMark = { block: 4, unixMs: 5, logPosition: 1, heldNotes: [[0, 3]], heldPedals: [1] };

Deno.test("a journal gives what is whole: snapshots, the last mark, and the commands after it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/journal`;
    await recordShortSession(path, (writer) => {
      writer.write("CMDS", bytesOf(0, 0, 0, 0, 1, 7, 0, 0, 0));
      writer.write("MARK", jsonOf({ ...mark, block: 1 }));
      writer.write("SNAP", bytesOf(-5, -6, 2, 77));
      writer.write("MARK", jsonOf(mark));
      writer.write("INPT", bytesOf(-3, 0));
      writer.write("QUAR", bytesOf(-9));
      writer.write("CMDS", bytesOf(1, 0, 0, 0, 2, 7, 0, 0, 1));
    });
    const content = await readJournal(path);
    assert.deepEqual(content.snapshots.map(({ arena: _, ...head }) => head), [
      { block: -5, logPosition: -6, patch: 2 },
    ]);
    assert.deepEqual(content.mark, mark);
    assert.deepEqual(content.afterMark.map((words) => [...words]), [[0, 0, 0, 2, 7, 0, 0, 1]]);
    assert.deepEqual([content.inputs.has(-3), content.quarantined.has(-9)], [true, true]);
    const whole = await Deno.readFile(path);
    await Deno.writeFile(path, whole.subarray(0, -80)); // into the last commands
    assert.deepEqual((await readJournal(path)).afterMark, []);
    await Deno.writeFile(path, whole.subarray(0, 30));
    await assert.rejects(readJournal(path), SessionDamagedError);
  }));
