/**
 * Ends of notes on their way from the renderers to whoever listens.
 *
 * Covers: engine/renderer/ended_notes.ts
 */
import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { compilePatch } from "../../../patches/loading/compile_named.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

Deno.test("every note's end is reported once, by whichever renderer plays the lead", async () => {
  const { engine, clock, ...running } = await startTestEngine({
    driver: "manual",
    patch: (format) => compilePatch("sines", format),
  });
  const ends: number[] = [];
  engine.observe((event: EngineEvent) => {
    if (event.event === "noteEnd") ends.push(event.id);
  });
  const notes = 40;
  for (let id = 0; id < notes; id++) {
    engine.submit([{ kind: "noteOn", instrument: 0, id, number: 40 + id, velocity: 0.5 }]);
    engine.submit([{ kind: "noteOff", instrument: 0, id }], { unixMs: clock.unixMs + 60 });
    if (id % 10 === 5) {
      await running.lockstep();
      engine.injectFault("kill", "primary");
    }
    await running.secondsPass(0.01);
  }
  await running.playUntil("the ends of all notes", () => ends.length >= notes);
  await running.secondsPass(0.1);
  await running.stop();
  assert.deepEqual([...ends].sort((a, b) => a - b), Array.from({ length: notes }, (_, id) => id));
});
