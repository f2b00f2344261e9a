/** Needs no real time: the device moves when the test says so. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { SessionReader } from "../../../engine/session/session_reader.ts";
import { SessionRotation } from "../../../engine/session/session_rotation.ts";
import { SessionWriter } from "../../../engine/session/session_writer.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";
import { inFolder } from "../../../testing/in_folder.ts";

Deno.test("files of a session follow one another without a gap, and each renders by itself", () =>
  inFolder(async (folder) => {
    let files = 1;
    const path = (number: number) => join(folder, `${number}.session`);
    const { engine, lines, lockstep, blocksPass, playUntil, stop } = await startTestEngine({
      driver: "manual",
      environment: { UNDERSTUDY_SESSION: path(1) },
      sessionFiles: { blocks: 50, next: () => path(++files) },
    });
    await lockstep();
    // notes that sound on across the borders
    engine.submit([{ kind: "noteOn", instrument: 0, id: 60, number: 60, velocity: 0.7 }]);
    while (files < 4) {
      const before = files;
      engine.submit([{ kind: "noteOn", instrument: 0, id: 60 + files, number: 60 + files, velocity: 0.5 }]);
      await playUntil(
        "the next file",
        () => lines.filter((line) => line.includes("goes on in")).length >= before,
      );
      await blocksPass(20);
    }
    await stop();
    let end: number | undefined;
    for (let number = 1; number <= files; number++) {
      const reader = await SessionReader.open(path(number));
      const { startBlock } = reader.header;
      reader.close();
      if (end !== undefined) assert.equal(startBlock, end, "it begins at the block after the last one");
      const { frames, differingBlocks, complete } = await renderAgain(path(number));
      assert.deepEqual([differingBlocks, complete], [0, true], `file ${number}`);
      end = startBlock + frames / testHeader.blockFrames;
    }
  }));

Deno.test("what is held back for a next file stays in the old one when no snapshot leads on, and at the end", () =>
  inFolder(async (folder) => {
    const path = join(folder, "one.session");
    const writer = await SessionWriter.create(path, testHeader, (error) => assert.fail(error));
    const rotation = new SessionRotation(writer, 0, {
      blocks: 2,
      snapshotFrom: () => undefined,
      inputBlocks: () => 0,
      summary: () => assert.fail("no file ends"),
      next: () => assert.fail("no file begins"),
      onFailure: (error) => assert.fail(error),
    });
    const blocks = (first: number) => new Uint8Array(new Int32Array([first, 0, 0, 0]).buffer);
    rotation.write("BLKS", blocks(0));
    rotation.poll(2);
    rotation.write("BLKS", blocks(1));
    rotation.cancel();
    rotation.poll(3);
    rotation.write("BLKS", blocks(2));
    rotation.write("GAP ", new Uint8Array(8));
    rotation.poll(4);
    rotation.write("BLKS", blocks(3));
    await rotation.close({ blocks: 4, concealedFrames: 0 });
    const reader = await SessionReader.open(path);
    const found: (string | number)[] = [];
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
      found.push(chunk.type === "BLKS" ? new Int32Array(chunk.payload.buffer)[0] : chunk.type);
    }
    reader.close();
    assert.deepEqual(found, [0, 1, 2, "GAP ", 3, "DONE"]);
  }));
