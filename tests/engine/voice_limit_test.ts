/**
 * Fewer voices than were asked for: because of what the machine can play, or because it is overloaded just now.
 *
 * Needs the machine alone: the second part overloads it, and an overload is one of the clock.
 */
import assert from "node:assert/strict";
import { compileGraph } from "../../compiler/compile.ts";
import type { EngineEvent } from "../../engine/control/control.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { heavy } from "../../testing/patch/heavy_patch.ts";
import { until } from "../../testing/until.ts";

const note = (id: number) =>
  ({ kind: "noteOn", instrument: 0, id, number: 40 + id % 60, velocity: 1 }) as const;

Deno.test("a patch that may have three voices here never has more, also after a fault, and renders to the same bytes", () =>
  inFolder(async (folder) => {
    const session = `${folder}/limited.session`;
    const { engine, driver, playUntil, blocksPass, stop } = await startTestEngine({
      driver: "manual",
      maxVoices: 3,
      environment: { UNDERSTUDY_SESSION: session },
      patch: (format) => compilePatch("sines", format),
    });
    const counted: number[] = [];
    for (let id = 0; id < 8; id++) {
      engine.submit([note(id)]);
      await blocksPass(40); // the fade of a voice that was let go is over
      counted.push(engine.status().voices);
    }
    assert.deepEqual(counted, [1, 2, 3, 3, 3, 3, 3, 3]);
    assert.equal(engine.status().voiceLimit, 3);
    const before = engine.status().replacements;
    engine.injectFault("throw", "primary");
    await playUntil("a replacement", () => engine.status().replacements > before);
    engine.submit([note(9)]);
    await blocksPass(40);
    assert.equal(engine.status().voices, 3);
    await stop();
    const { samples } = await renderAgain(session);
    assert.deepEqual(samples, driver.captured);
  }));

Deno.test("an overload sheds voices, says so, and the sound goes on; when the notes end all voices are free again", async () => {
  const voices = 1_024;
  const { engine, lines, lockstep, blocksPass, stop } = await startTestEngine({
    environment: { UNDERSTUDY_SAMPLE_RATE: "192000", UNDERSTUDY_BLOCK_FRAMES: "512" },
    patch: (format) => compileGraph(heavy(voices, 16).build(format), format),
  });
  const events: EngineEvent[] = [];
  engine.observe((event) => events.push(event));
  await lockstep();
  for (let id = 0; id < voices; id += 32) { // all at once would hold one block up like a hang
    engine.submit(Array.from({ length: 32 }, (_, more) => note(id + more)));
    await blocksPass(2);
  }
  const shed = () => events.filter((event) => event.event === "shed");
  await until("an overload that sheds", () => shed().length > 0);
  assert.ok(shed()[0].limit > 0 && shed()[0].limit < voices, JSON.stringify(shed()));
  assert.ok(lines.some((line) => line.startsWith("overload: at most")));
  const position = () => ({ block: engine.status().block, concealedFrames: engine.status().concealedFrames });
  const wanted = 192_000 / 2 / 512;
  let before = position();
  await until("half a second of which nine tenths sounded", () => { // other work may still take a block
    const { block, concealedFrames } = position();
    if (block - before.block < wanted) return false;
    const sounded = 1 - (concealedFrames - before.concealedFrames) / 512 / (block - before.block);
    before = { block, concealedFrames };
    return sounded > 0.9;
  });
  assert.ok(engine.status().voices <= engine.status().voiceLimit);
  engine.submit([{ kind: "panic" }]);
  await until("no limit", () => engine.status().voiceLimit === 0);
  await stop();
});
