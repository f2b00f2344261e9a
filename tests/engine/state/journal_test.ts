import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { Journal } from "../../../engine/state/journal.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inFolder } from "../../../testing/in_folder.ts";

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

Deno.test("nothing is recorded before the thread is there", () => {
  const journal = new Journal({
    memory: testMemory(),
    folder: "/nowhere",
    header: testHeader,
    snapshots: { lendSnapshot: () => undefined, takeBackSnapshot: () => {} },
    patches: () => [],
    onChange: () => assert.fail("nothing has happened"),
  });
  journal.write("QUAR", new Uint8Array(4));
  journal.poll(0, 1e9);
  assert.deepEqual([journal.recording, journal.state], [false, "starting"]);
});
