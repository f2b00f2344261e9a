/** Needs no real time: the device moves when the test says so. */
import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { Degradations } from "../../../engine/report/degradations.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { inFolder } from "../../../testing/in_folder.ts";

function degradations() {
  const told: string[] = [];
  const line = (level: string) => (text: string) => void told.push(`${level}: ${text}`);
  const parts = new Degradations({
    log: { info: line("info"), warning: line("warning"), error: line("error") },
    emit: (event) =>
      void told.push(
        event.event === "degraded" ? `degraded ${event.part}: ${event.problem}` : `${event.event}`,
      ),
  });
  return { parts, told };
}

Deno.test("what is worse is told once by log and event and shown until it is well again", () => {
  const { parts, told } = degradations();
  for (let tick = 0; tick < 3; tick++) parts.degrade("state", "the disk is full");
  parts.poll(1e9);
  assert.deepEqual(parts.parts, ["state"]);
  assert.equal(parts.problemOf("state"), "the disk is full");
  parts.degrade("state", "the disk is gone");
  parts.degrade("device", "unplugged", { isLogged: true });
  parts.restore("state");
  parts.restore("state");
  assert.deepEqual(parts.parts, ["device"]);
  assert.deepEqual(told, [
    "error: the disk is full",
    "degraded state: the disk is full",
    "error: the disk is gone",
    "degraded state: the disk is gone",
    "degraded device: unplugged",
    "info: the state is kept: a restart goes on from it",
    "restored",
  ]);
});

Deno.test("what is over already is told each time, and shown for ten seconds", () => {
  const { parts, told } = degradations();
  for (const nowMs of [0, 5_000]) parts.occurred("clients", "packets lost", nowMs);
  parts.poll(14_999);
  assert.deepEqual(parts.parts, ["clients"]);
  parts.poll(15_000);
  assert.deepEqual(parts.parts, []);
  assert.deepEqual(told.slice(-3), ["warning: packets lost", "degraded clients: packets lost", "restored"]);
});

Deno.test("an engine whose session file is removed says so in status, event and log, and plays on", () =>
  inFolder(async (folder) => {
    const session = `${folder}/a.session`;
    const { engine, playUntil, stop } = await startTestEngine({
      driver: "manual",
      environment: { UNDERSTUDY_SESSION: session },
    });
    const events: EngineEvent[] = [];
    engine.observe((event) => events.push(event));
    assert.equal(engine.status().recording, "current");
    await Deno.remove(session);
    await playUntil("it is noticed", () => engine.status().recording === "ended");
    const { degraded, state } = engine.status();
    assert.ok(degraded.split(" ").includes("recording"));
    assert.equal(state, "running");
    assert.match(engine.recordingProblem!, /^recording ended: its file was removed; .*the sound goes on/);
    // a machine that stands still meanwhile is another one
    const told = events.find((event) => event.event === "degraded" && event.part === "recording");
    assert.deepEqual(told, { event: "degraded", part: "recording", problem: engine.recordingProblem });
    await stop();
  }));

Deno.test("losses of clients that an engine is told of are shown and passed on", async () => {
  const { engine, stop } = await startTestEngine({ driver: "manual" });
  const events: EngineEvent[] = [];
  engine.observe((event) => events.push(event));
  engine.reportLoss("OSC: 3 packets lost");
  assert.ok(engine.status().degraded.split(" ").includes("clients"));
  assert.deepEqual(events, [{ event: "degraded", part: "clients", problem: "OSC: 3 packets lost" }]);
  await stop();
});
