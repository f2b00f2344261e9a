/**
 * Ends of notes on their way from the renderers to whoever listens.
 *
 * Covers: engine/renderer/ended_notes.ts
 */
import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { compilePatch } from "../../../patches/loading/compile_named.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { until } from "../../../testing/until.ts";

Deno.test("every note's end is told once, by whichever renderer plays the lead", async () => {
  const { engine } = await startTestEngine({ patch: (format) => compilePatch("sines", format) });
  const ends: number[] = [];
  engine.observe((event: EngineEvent) => {
    if (event.event === "noteEnd") ends.push(event.id);
  });
  const notes = 40;
  for (let id = 0; id < notes; id++) {
    engine.submit([{ kind: "noteOn", instrument: 0, id, number: 40 + id, velocity: 0.5 }]);
    engine.submit([{ kind: "noteOff", instrument: 0, id }], {
      unixMs: performance.timeOrigin + performance.now() + 60,
    });
    if (id % 10 === 5) {
      await until(
        "all are there",
        () => Object.values(engine.status().rendererIds).every((renderer) => renderer !== 0),
      );
      engine.injectFault("kill", "primary");
    }
    await new Promise((done) => setTimeout(done, 10));
  }
  await until("all notes have ended", () => ends.length >= notes);
  await new Promise((done) => setTimeout(done, 100));
  await engine.stop();
  assert.deepEqual([...ends].sort((a, b) => a - b), Array.from({ length: notes }, (_, id) => id));
});
