/**
 * Time tags in captured audio: what is N frames apart sounds N frames apart, whatever the wall clock does meanwhile.
 *
 * Needs no real time: the device moves when the test says so.
 */
import assert from "node:assert/strict";
import { compileGraph } from "../../compiler/compile.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { clicks, onsetsIn } from "../../testing/measure/clicks.ts";

for (const stepMs of [0, 1_000, -1_000]) {
  Deno.test(`bundles sent one by one sound exactly as far apart as their tags, the wall clock stepping by ${stepMs} ms`, async () => {
    const { engine, clock, driver, secondsPass, stop } = await startTestEngine({
      driver: "manual",
      patch: (format) => compileGraph(clicks.build(format), format),
    });
    await secondsPass(0.2);
    const distances = [1, 2, 479, 4_800, 4_801, 9_600, 3, 7_777];
    const [startMs, startMonotonicMs] = [clock.unixMs + 900, clock.monotonicMs + 900];
    let frames = 0;
    for (const [index, distance] of [0, ...distances].entries()) {
      frames += distance;
      const leadMs = startMonotonicMs + frames / 48 - clock.monotonicMs;
      await secondsPass(Math.max(0, leadMs - 800) / 1_000);
      if (index === 4) clock.wallStepMs = stepMs;
      const { lateMs } = engine.submit(
        [{ kind: "noteOn", instrument: 0, id: index, number: 60, velocity: 1 }],
        { unixMs: startMs + frames / 48 },
      );
      assert.equal(lateMs, 0);
    }
    await secondsPass(1);
    await stop();
    const onsets = onsetsIn(driver.captured);
    assert.deepEqual(onsets.slice(1).map((onset, index) => onset - onsets[index]), distances);
  });
}
