/**
 * 64 outputs through patch, stage, renderers, callback, session, render, recorder and status, stepped by hand.
 *
 * Needs no real time: the device moves when the test says so.
 */
import assert from "node:assert/strict";
import { compileGraph } from "../../compiler/compile.ts";
import { Engine } from "../../engine/engine.ts";
import { definePatch } from "../../modules/patch.ts";
import { integerFeedback } from "../../modules/signal/feedback.ts";
import { readFloatWav } from "../../testing/sound/read_float_wav.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";

const outputs = 64;

/** Each output has its own part of one noise; the last two are left silent by the patch. */
const wide = definePatch({
  name: "wide",
  channels: outputs,
  instruments: {},
  output: () => {
    const noise = integerFeedback(1, (before) => before.times(1_664_525).plus(1_013_904_223)).toFloat();
    return Array.from({ length: outputs - 2 }, (_, output) => noise.times(2 ** -31 * levelOf(output)));
  },
});

function levelOf(output: number): number {
  return 0.9 / (output + 1);
}

Deno.test(`${outputs} outputs play, lose a renderer, and are recorded and rendered bit for bit; each has its own level`, () =>
  inFolder(async (folder) => {
    const session = `${folder}/wide.session`;
    const { engine, driver, patch, lockstep, blocksPass, playDuring, playUntil, stop } =
      await startTestEngine({
        driver: "manual",
        environment: {
          UNDERSTUDY_SAMPLE_RATE: "8000",
          UNDERSTUDY_CHANNELS: String(outputs),
          UNDERSTUDY_OUTPUT_NAMES: "left, right, sub",
          UNDERSTUDY_SESSION: session,
          UNDERSTUDY_RECORDINGS: folder,
          UNDERSTUDY_SILENCE_SECONDS: "1",
        },
        patch: (format) => {
          const staged = {
            ...format,
            outputStage: { parts: ["gain", "delay", "identify"], maxDelaySeconds: 0.01, names: [] },
          } as const;
          return compileGraph(wide.build(staged), staged);
        },
      });
    assert.ok(engine instanceof Engine);
    await lockstep();
    const meter = engine.openMeter();
    await blocksPass(10);
    const peaks = meter.drain();
    assert.equal(peaks.length, outputs);
    peaks.forEach((peak, output) => {
      const level = output < outputs - 2 ? levelOf(output) : 0;
      assert.ok(peak <= level && peak >= level * 0.9, `output ${output + 1}: ${peak}, at most ${level}`);
    });

    const { path, block } = await playDuring(engine.startRecording("wide"));
    const set = (address: string, value: number) => {
      const parameter = patch.parameters.findIndex((each) => each.address === address);
      engine.submit([{ kind: "set", parameter, value }]);
    };
    set("output40/mute", 1);
    set("output62/delaySeconds", 0.005);
    set("output64/identify", 1);
    await blocksPass(20);
    engine.injectFault("kill", "primary");
    await playUntil("another one is there", () => Number(engine.status().faults.exit ?? 0) > 0);
    await lockstep();
    meter.drain();
    await blocksPass(10);
    const after = meter.drain();
    assert.deepEqual([after[39], after[62]], [0, 0]);
    assert.ok(after[63] > 0.1, "pink noise on an output that the patch has not");

    await playUntil("the silence of the muted output is told", () => engine.status().outputs[40] !== "sound");
    assert.match(engine.status().degraded, /output/);
    const { outputNames, outputs: states, silentSeconds, concealedFrames } = engine.status();
    assert.deepEqual([outputNames, concealedFrames], [{ 1: "left", 2: "right", 3: "sub" }, 0]);
    assert.deepEqual([states[40], states[63], states[64], states[62]], [
      "digital",
      "digital",
      "sound",
      "sound",
    ]);
    assert.equal(Object.keys(silentSeconds).length, outputs);
    const ended = await playDuring(engine.stopRecording());
    await stop();

    const { samples, differingBlocks } = await renderAgain(session);
    assert.equal(differingBlocks, 0);
    const first = block * 128 * outputs;
    const recorded = await readFloatWav(path);
    assert.deepEqual([recorded.channels, ended.seconds * 8_000 * outputs], [
      outputs,
      recorded.samples.length,
    ]);
    assert.ok(same(recorded.samples, samples.subarray(first, first + recorded.samples.length)));
    assert.ok(same(driver.captured.subarray(0, samples.length), samples));
  }));

function same(one: Float32Array, other: Float32Array): boolean {
  return one.length === other.length && one.every((sample, index) => sample === other[index]);
}
