/** Time tags in captured audio: what is N frames apart sounds N frames apart, whatever the wall clock does meanwhile. */
import assert from "node:assert/strict";
import { compileGraph } from "../../compiler/compile.ts";
import { OutputCapture } from "../../testing/output_capture.ts";
import { startTestEngine } from "../../testing/test_engine.ts";
import { clicks, onsetsIn } from "../../testing/measure/clicks.ts";

for (const stepMs of [0, 1_000, -1_000]) {
  Deno.test(`bundles sent one by one sound exactly as far apart as their tags, the wall clock stepping by ${stepMs} ms`, async () => {
    let shiftMs = 0;
    const wallMs = () => performance.timeOrigin + performance.now();
    const { engine } = await startTestEngine({
      environment: { UNDERSTUDY_LOOKAHEAD_BLOCKS: "32" }, // a busy machine conceals nothing
      patch: (format) => compileGraph(clicks.build(format), format),
      captureFrames: 96_000,
      readWallMs: () => wallMs() + shiftMs,
    });
    const capture = new OutputCapture(engine.memory);
    await new Promise((done) => setTimeout(done, 200));
    const distances = [1, 2, 479, 4_800, 4_801, 9_600, 3, 7_777];
    const startMs = wallMs() + 900;
    let frames = 0;
    for (const [index, distance] of [0, ...distances].entries()) {
      frames += distance;
      const unixMs = startMs + frames / 48;
      const leadMs = unixMs - 800 - wallMs();
      if (leadMs > 0) await new Promise((done) => setTimeout(done, leadMs));
      if (index === 4) shiftMs = stepMs;
      const { lateMs } = engine.submit(
        [{ kind: "noteOn", instrument: 0, id: index, number: 60, velocity: 1 }],
        { unixMs },
      );
      assert.equal(lateMs, 0);
    }
    await new Promise((done) => setTimeout(done, 1_000));
    await engine.stop();
    const samples = capture.finish();
    const onsets = onsetsIn(samples);
    assert.deepEqual(onsets.slice(1).map((onset, index) => onset - onsets[index]), distances);
  });
}
