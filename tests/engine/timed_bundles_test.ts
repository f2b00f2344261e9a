/** Time tags in captured audio: what is N frames apart sounds N frames apart, whatever the wall clock does meanwhile. */
import assert from "node:assert/strict";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { compileGraph } from "../../modules/signal/compile.ts";
import { OutputCapture } from "../output_capture.ts";
import { startTestEngine } from "../test_engine.ts";

/** One sample of full scale where a note begins. */
const clicks = definePatch({
  name: "clicks",
  instruments: {
    clicks: instrument({
      voices: 16,
      parameters: {},
      voice: ({ gate, trigger }) => ({
        output: trigger.select(1, 0),
        envelope: adsr({ gate, trigger, attackSeconds: 0.001, sustain: 1, releaseSeconds: 0.001 }),
      }),
    }),
  },
  parameters: {},
  output: ({ clicks }) => clicks,
});

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
    const onsets: number[] = [];
    for (let at = 0; at < samples.length; at += 2) if (samples[at] !== 0) onsets.push(at / 2);
    assert.deepEqual(onsets.slice(1).map((onset, index) => onset - onsets[index]), distances);
  });
}
