/** Needs no real time: the device moves when the test says so. */
import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { SilenceDetector } from "../../../engine/delivery/silence_detector.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { deliveredHighestIndex, deliveredLowestIndex } from "../../../engine/memory/places.ts";
import { Degradations } from "../../../engine/report/degradations.ts";
import { SilenceReport } from "../../../engine/report/silence_report.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("each output is told by itself; the part is restored when the last one sounds", () => {
  const memory = testMemory();
  const told: string[] = [];
  const emit = (event: EngineEvent) =>
    void told.push(
      event.event === "outputSilent"
        ? `silent ${event.output} ${event.kind} ${event.seconds}`
        : event.event === "outputSound"
        ? `sound ${event.output} ${event.seconds}`
        : event.event === "degraded"
        ? `${event.event} ${event.part}: ${event.problem}`
        : event.event,
    );
  const line = (text: string) => void told.push(`log: ${text}`);
  const degradations = new Degradations({ log: { info: line, warning: line, error: line }, emit });
  const detector = new SilenceDetector(memory, [
    { threshold: 0.01, seconds: 1 },
    { threshold: 0.01, seconds: 1 },
  ]);
  const report = new SilenceReport({ detector, degradations, emit });
  const play = (seconds: number, levels: readonly [number, number], swing = 0) => {
    for (let left = seconds * 8_000 / 32; left > 0; left--) {
      const block = memory.consumed();
      levels.forEach((level, channel) => {
        memory.floats[deliveredLowestIndex(memory, block) + channel] = level - (channel === 0 ? swing : 0);
        memory.floats[deliveredHighestIndex(memory, block) + channel] = level;
      });
      memory.words[fixed.callback.consumed.index] = block + 1;
    }
    report.poll();
    return told.splice(0);
  };
  assert.deepEqual(play(0.5, [0, 0.3]), []);
  const silent = play(0.5, [0, 0.3]);
  assert.deepEqual(silent.slice(0, 2), ["silent 1 digital 1", "silent 2 dc 1"]);
  assert.match(
    silent[2],
    /^log: output 1 gives no sound \(1 s\): digital silence.*; output 2 .*direct current/,
  );
  assert.match(silent[3], /^degraded output: output 1/);
  assert.deepEqual(report.status.outputs, { 1: "digital", 2: "dc" });
  const one = play(1, [0.5, 0.3], 0.5);
  assert.equal(one[0], "sound 1 1");
  assert.match(one[1], /^log: output 2 gives no sound/);
  assert.deepEqual(report.status, { outputs: { 1: "sound", 2: "dc" }, silentSeconds: { 1: 0, 2: 2 } });
  assert.deepEqual(play(0.5, [0, 0]).slice(1), ["log: every output gives sound again", "restored"]);
  assert.match(
    play(0.504, [0, 0])[2],
    /^log: outputs 1 and 2 give no sound \(1 s\): digital silence: [^;]*; does the patch[^;]*$/,
  );
});

Deno.test("an engine tells the silence of its outputs after its time, and the first note ends it", async () => {
  const { engine, driver, lockstep, lines, playUntil, stop } = await startTestEngine({
    driver: "manual",
    patch: (format) => compilePatch("sines", format),
    environment: { UNDERSTUDY_SILENCE_SECONDS: "1,off", UNDERSTUDY_SAMPLE_RATE: "8000" },
  });
  const events: EngineEvent[] = [];
  engine.observe((event) => events.push(event));
  await lockstep();
  const silent = () => events.find((event) => event.event === "outputSilent");
  await playUntil("the silence", () => silent() !== undefined);
  assert.ok(driver.captured.every((sample) => sample === 0));
  assert.deepEqual(silent(), { event: "outputSilent", output: 1, kind: "digital", seconds: 1.008 });
  const { outputs, degraded } = engine.status();
  assert.deepEqual([outputs, degraded.split(" ").includes("output")], [{ 1: "digital", 2: "off" }, true]);
  assert.ok(lines.some((line) => line.startsWith("output 1 gives no sound (1 s): digital silence")));
  engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
  await playUntil("sound", () => events.some((event) => event.event === "outputSound"));
  assert.deepEqual(engine.status().outputs, { 1: "sound", 2: "off" });
  await stop();
});
