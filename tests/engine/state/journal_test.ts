/** Needs no real time: the device moves when the test says so, and what the disk holds up is waited for. */
import assert from "node:assert/strict";
import type { EngineEvent, JournalState } from "../../../engine/control/control.ts";
import { within } from "../../../engine/memory/layout.ts";
import { snapshotIndex } from "../../../engine/memory/places.ts";
import { encodePatch, recordedPatch } from "../../../engine/session/session_format.ts";
import { Journal } from "../../../engine/state/journal.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { until } from "../../../testing/until.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { inFolder } from "../../../testing/in_folder.ts";

const { build } = await nativeForTests();

/** A record of one block, the first. */
const firstBlock = new Uint8Array(new Int32Array([0, 0, 0, 0]).buffer);

Deno.test("the state is kept once a block is on the disk, and not before: without one a restart starts afresh", () =>
  inFolder(async (folder) => {
    const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
    let takenBack = 0;
    const told: [JournalState, number][] = [];
    const blocksOnDisk = () =>
      new TextDecoder("latin1").decode(Deno.readFileSync(`${folder}/journal`)).split("BLKS").length - 1;
    const journal = new Journal({
      memory: testMemory({ arenaBytes: patch.arena.bytes }),
      folder,
      nativeLibrary: build.library,
      header: testHeader,
      snapshots: { lendSnapshot: () => undefined, takeBackSnapshot: () => takenBack++ },
      files: () => [],
      show: () => undefined,
      patches: () => [encodePatch(recordedPatch(0, patch))],
      onChange: (state) => told.push([state, blocksOnDisk()]),
    });
    journal.open();
    await until("the initial state is written", () => takenBack === 1);
    assert.deepEqual([journal.state, told], ["starting", []]);
    journal.write("BLKS", firstBlock);
    await until("it is told", () => told.length > 0);
    await journal.close({ blocks: 1, concealedFrames: 0 });
    assert.deepEqual([journal.state, told], ["current", [["current", 1]]]);
  }));

Deno.test("a disk that fails is told and the sound goes on; when it is back, so is the state", () =>
  inFolder(async (parent) => {
    const folder = `${parent}/state`;
    // a folder in the place of the next file: nothing can be written
    await Deno.mkdir(`${folder}/journal.next`, { recursive: true });
    const { engine, lines, playUntil, stop } = await startTestEngine({
      driver: "manual",
      environment: { UNDERSTUDY_STATE: folder },
    });
    const told: Extract<EngineEvent, { event: "journal" }>[] = [];
    engine.observe((event) => event.event === "journal" && told.push(event));
    const state = () => engine.status().journal;
    await playUntil("a failure", () => state() === "failed");
    await Deno.remove(`${folder}/journal.next`);
    await playUntil("a state on the disk again", () => state() === "current");
    assert.equal(engine.status().concealedFrames, 0);
    await stop();
    assert.deepEqual(told.map(({ state }) => state), ["failed", "current"]);
    assert.match(told[0].problem, /directory/i);
    assert.ok(lines.some((line) => line.startsWith("the state is not kept: ")));
  }));

Deno.test("a disk that stands still is told, holds up neither the sound nor the end, and is used again when it goes on", () =>
  inFolder(async (folder) => {
    // whoever opens it to write stands still until somebody reads
    const stalled = `${folder}/journal.next`;
    const makeStall = async () => {
      const { success } = await new Deno.Command("mkfifo", { args: [stalled] }).output();
      assert.ok(success);
    };
    await makeStall();
    const { engine, lines, playUntil, stop } = await startTestEngine({
      driver: "manual",
      environment: { UNDERSTUDY_STATE: folder },
    });
    const state = () => engine.status().journal;
    await playUntil("a failure", () => state() === "failed");
    assert.ok(lines.some((line) => /^the state is not kept: the disk has taken nothing for 5 s/.test(line)));
    const reader = await Deno.open(stalled);
    await Deno.remove(stalled);
    // it goes on for good only when somebody takes what is written: a pipe holds 64 KiB
    const read = reader.readable.pipeTo(new WritableStream());
    await playUntil("a state on the disk", () => state() === "current");
    await read;
    assert.equal(engine.status().concealedFrames, 0);
    await stop();

    await makeStall();
    const next = await startTestEngine({ driver: "manual", environment: { UNDERSTUDY_STATE: folder } });
    await next.blocksPass(200);
    await next.stop();
    assert.equal(next.engine.status().state, "stopped");
    (await Deno.open(stalled)).close(); // lets the thread go
  }));

Deno.test("after a beginning in the midst no state is kept before its input is recorded for a whole lookahead", () =>
  inFolder(async (folder) => {
    const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 1, maximumBlockFrames: 32 });
    const memory = testMemory({ inputChannels: 1, arenaBytes: patch.arena.bytes });
    const snapshot = snapshotIndex(memory, 1) + within.snapshot.block.index;
    let isLent = false;
    const journal = new Journal({
      memory,
      folder,
      nativeLibrary: build.library,
      header: { ...testHeader, inputChannels: 1 },
      snapshots: {
        lendSnapshot: () => {
          isLent = true;
          return 1;
        },
        takeBackSnapshot: () => isLent = false,
      },
      files: () => [],
      show: () => undefined,
      patches: () => [encodePatch(recordedPatch(0, patch))],
      onChange: () => {},
    });
    journal.open();
    const next = 10;
    const poll = (wanted: JournalState) => () => {
      journal.poll(next, performance.now() + 60_000);
      return journal.state === wanted;
    };
    memory.words[snapshot] = -1; // none that connects
    journal.write("BLKS", firstBlock);
    await until("the initial state on the disk", poll("current"));
    journal.disconnect("a test says so");
    await until("a new beginning", poll("starting"));
    const lookahead = memory.lookaheadBlocks();
    for (let block = next; block < next + lookahead; block++) {
      memory.words[snapshot] = block;
      assert.equal(poll("current")(), false);
      assert.ok(!isLent, `the state at ${block} would need input that was not recorded`);
    }
    memory.words[snapshot] = next + lookahead;
    poll("current")();
    assert.ok(isLent);
    await journal.close({ blocks: 0, concealedFrames: 0 });
  }));

Deno.test("nothing is recorded before the thread is there", () => {
  const journal = new Journal({
    memory: testMemory(),
    folder: "/nowhere",
    nativeLibrary: build.library,
    header: testHeader,
    snapshots: { lendSnapshot: () => undefined, takeBackSnapshot: () => {} },
    files: () => [],
    show: () => undefined,
    patches: () => [],
    onChange: () => assert.fail("nothing has happened"),
  });
  journal.write("QUAR", new Uint8Array(4));
  journal.poll(0, 1e9);
  assert.deepEqual([journal.recording, journal.state], [false, "starting"]);
});
