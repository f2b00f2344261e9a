import assert from "node:assert/strict";
import { until } from "../../../testing/until.ts";
import { SessionReader } from "../../../engine/session/session_reader.ts";
import { encodeChunk, encodeSnapshot } from "../../../engine/session/session_format.ts";
import { testHeader as header } from "../../../testing/engine/session_header.ts";
import { SessionFileError, SessionWriter } from "../../../engine/session/session_writer.ts";

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(`${folder}/a.session`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function write(path: string): Promise<void> {
  const writer = await SessionWriter.create(path, header, (error) => assert.fail(error));
  for (let index = 0; index < 50; index++) writer.write("BLKS", new Uint8Array(100).fill(index));
  await writer.close({ blocks: 50, concealedFrames: 0 });
}

async function chunks(path: string) {
  const reader = await SessionReader.open(path);
  const types: string[] = [];
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) types.push(chunk.type);
  reader.close();
  return { header: reader.header, types, atEnd: reader.atEnd };
}

Deno.test("what was written is read back, in order", () =>
  inFolder(async (path) => {
    await write(path);
    const read = await chunks(path);
    assert.deepEqual(read.header, header);
    assert.deepEqual(read.types, [...new Array(50).fill("BLKS"), "DONE"]);
    assert.ok(read.atEnd);
  }));

Deno.test("a file that was cut off at any byte, or damaged, is valid up to its last whole chunk", () =>
  inFolder(async (path) => {
    await write(path);
    const whole = await Deno.readFile(path);
    for (const keep of [whole.length - 1, whole.length - 40, 5_000, 2_000]) {
      await Deno.writeFile(path, whole.subarray(0, keep));
      const read = await chunks(path);
      assert.ok(!read.atEnd && read.types.length < 51 && read.types.every((type) => type === "BLKS"));
    }
    const damaged = whole.slice();
    damaged[3_000] ^= 1;
    await Deno.writeFile(path, damaged);
    assert.ok((await chunks(path)).types.length < 51);
  }));

Deno.test("an existing recording is never overwritten, and a missing folder is named", () =>
  inFolder(async (path) => {
    await write(path);
    await assert.rejects(SessionWriter.create(path, header, () => {}), /exists already/);
    await assert.rejects(SessionWriter.create(`${path}/none/b`, header, () => {}), SessionFileError);
  }));

Deno.test("what is not a session is told so", () =>
  inFolder(async (path) => {
    await Deno.writeTextFile(path, "RIFF and so on, long enough");
    await assert.rejects(SessionReader.open(path), /not a session file/);
  }));

Deno.test("a full disk ends the recording with one report, and the file so far is valid", () =>
  inFolder(async (path) => {
    const recorder = new URL("./record_until_full.ts", import.meta.url).pathname;
    // A limit on the size of files stands for the full disk; the signal that comes with it is ignored as a disk sends none.
    const script = `trap '' XFSZ; ulimit -f 64; exec "${Deno.execPath()}" run -A "${recorder}" "${path}"`;
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", script],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.match(text, /^recording ended: .*\nrecording: false\n$/, new TextDecoder().decode(stderr));
    assert.ok((await chunks(path)).types.every((type) => type === "BLKS"));
  }));

Deno.test("a chunk says its type, its length and its checksum", () => {
  const chunk = encodeChunk("QUAR", new Uint8Array([1, 2, 3, 4]));
  assert.equal(new TextDecoder().decode(chunk.subarray(0, 4)), "QUAR");
  assert.equal(new DataView(chunk.buffer).getUint32(4, true), 4);
  assert.equal(chunk.length, 16);
});

/** The numbers of a `CMDS` or `BLKS` chunk. */
const words = (...numbers: number[]) => new Uint8Array(new Int32Array(numbers).buffer);

Deno.test("a recording that was cut off at any byte is gone on with at its last commands and blocks", () =>
  inFolder(async (path) => {
    let from = 0;
    const writer = await SessionWriter.create(path, header, (error) => assert.fail(error));
    writer.onWritten = (unitStart) => from = unitStart;
    writer.write("PTCH", new Uint8Array(100));
    writer.write("BLKS", words(0, 5, 1, 1));
    await until("the first is written", () => from > 0);
    const known = from;
    writer.write("CMDS", words(70_005, 1, 2, 3));
    writer.write("BLKS", words(1, 70_006, 1, 1));
    writer.write("QUAR", words(70_005));
    await writer.close({ blocks: 2, concealedFrames: 0 });
    const whole = await Deno.readFile(path);
    const bytesOfDone =
      encodeChunk("DONE", new TextEncoder().encode('{"blocks":2,"concealedFrames":0}')).length;
    const bytesOfQuarantine = encodeChunk("QUAR", words(0)).length;
    const afterBlocks = whole.length - bytesOfDone - bytesOfQuarantine;
    for (const kept of [known + 1, known + 60, afterBlocks - 1, afterBlocks, whole.length - bytesOfDone]) {
      await Deno.writeFile(path, whole.subarray(0, Math.max(kept, known)));
      const resumed = await SessionWriter.resume(path, kept < afterBlocks ? known : from, assert.fail);
      resumed.writer.write("BLKS", words(9, 9, 9, 9));
      await resumed.writer.close({ blocks: 0, concealedFrames: 0 });
      const { types, atEnd } = await chunks(path);
      assert.ok(atEnd, "nothing of the cut is left");
      if (kept < afterBlocks) {
        assert.deepEqual(types.slice(1), ["BLKS", "DONE"]);
        continue;
      }
      assert.deepEqual([resumed.block, resumed.position, resumed.positionBits], [1, 70_005, 32]);
      const quarantines = kept > afterBlocks ? ["QUAR"] : [];
      assert.deepEqual(types.slice(1), ["BLKS", ...quarantines, "BLKS", "DONE"]);
    }
  }));

Deno.test("a recording whose file was removed ends with a reason, and one that was only renamed goes on", () =>
  inFolder(async (path) => {
    const failures: string[] = [];
    const writer = await SessionWriter.create(path, header, ({ message }) => failures.push(message));
    await writer.checkFile();
    await Deno.rename(path, `${path}.moved`);
    await writer.checkFile();
    assert.deepEqual([writer.recording, failures], [true, []]);
    await Deno.remove(`${path}.moved`);
    await writer.checkFile();
    await writer.checkFile();
    assert.equal(writer.recording, false);
    assert.deepEqual(failures, [
      "recording ended: its file was removed; start again with another UNDERSTUDY_SESSION",
    ]);
    await writer.close({ blocks: 0, concealedFrames: 0 });
  }));

Deno.test("a file that is removed between the last look and the end is noticed when the recording is closed", () =>
  inFolder(async (path) => {
    const failures: string[] = [];
    const writer = await SessionWriter.create(path, header, ({ message }) => failures.push(message));
    await Deno.remove(path);
    await writer.close({ blocks: 0, concealedFrames: 0 });
    assert.equal(failures.length, 1);
  }));

Deno.test("a file that begins with a state, and has no block yet, is gone on with from that state", () =>
  inFolder(async (path) => {
    const lost = await SessionWriter.create(path, header, (error) => assert.fail(error));
    const state = encodeSnapshot({ block: 700, logPosition: 70_000, patch: 0, arena: new Uint8Array(100) });
    lost.write("SNAP", state);
    await until("the state on the disk", () => Deno.statSync(path).size === lost.bytes);
    const { writer, block, position, positionBits } = await SessionWriter.resume(path, 0, assert.fail);
    assert.deepEqual([block, position, positionBits], [700, 70_000, 32]);
    writer.write("BLKS", new Uint8Array(16));
    await writer.close({ blocks: 1, concealedFrames: 0 });
    assert.deepEqual((await chunks(path)).types, ["SNAP", "BLKS", "DONE"]);
  }));
