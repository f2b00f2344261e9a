/** Needs no real time: the device moves when the test says so. */
import assert from "node:assert/strict";
import { compileGraph } from "../../../compiler/compile.ts";
import { renderToWav, stemsOf } from "../../../engine/render/render_session_to_wav.ts";
import { SessionDamagedError } from "../../../engine/session/session_damaged_error.ts";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { sine } from "../../../modules/oscillators/sine.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { readFloatWav } from "../../../testing/sound/read_float_wav.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { recordedBlocks, recordShortSession } from "../../../testing/engine/recorded_session.ts";

const { native } = await nativeForTests();

Deno.test("a report says how long it is, that every block is as it was, and where the file is", () =>
  inFolder(async (folder) => {
    const [session, out] = [`${folder}/a.session`, `${folder}/a.wav`];
    await recordShortSession(session);
    let progress = 0;
    const report = await renderToWav({ session, out, native, onProgress: (part) => progress = part });
    assert.ok(report.identical && progress > 0.5 && progress <= 1);
    assert.match(report.text, /a\.wav: 0\.02 s, \d+ times real time; every block is what the device got$/);
  }));

Deno.test("a render stops at a gap and keeps the part before it; without a session it says how to render a patch", () =>
  inFolder(async (folder) => {
    const [session, out] = [`${folder}/a.session`, `${folder}/a.wav`];
    await recordShortSession(
      session,
      (writer) => writer.write("GAP ", new Uint8Array(new Int32Array([4, 9]).buffer)),
    );
    await assert.rejects(renderToWav({ session, out, native }), /9 blocks from block 4 on were not recorded/);
    assert.equal((await Deno.stat(out)).size, 58 + recordedBlocks * 32 * 2 * 4);
    const missing = renderToWav({ session: `${folder}/none`, out, native });
    await assert.rejects(missing, (error: Error) => {
      assert.ok(error instanceof SessionDamagedError);
      assert.match(error.message, /--score FILE/);
      return true;
    });
  }));

Deno.test("a part of a session is the same bytes as in the whole", () =>
  inFolder(async (folder) => {
    const session = `${folder}/a.session`;
    await recordShortSession(session);
    await renderToWav({ session, out: `${folder}/whole.wav`, native });
    const whole = (await Deno.readFile(`${folder}/whole.wav`)).subarray(58);
    const out = `${folder}/part.wav`;
    const frames = async (part: { fromSeconds?: number; seconds?: number }) => {
      const report = await renderToWav({ session, out, native, part });
      assert.ok(report.identical);
      assert.doesNotMatch(report.text, /not closed/);
      return (await Deno.readFile(out)).subarray(58);
    };
    const frameBytes = 2 * 4;
    const middle = await frames({ fromSeconds: 40 / 8_000, seconds: 31 / 8_000 });
    assert.deepEqual(middle, whole.subarray(40 * frameBytes, 71 * frameBytes));
    assert.deepEqual(await frames({ fromSeconds: 0.0125 }), whole.subarray(100 * frameBytes));
    assert.deepEqual(await frames({ seconds: 0.001 }), whole.subarray(0, 8 * frameBytes));
    assert.deepEqual(await frames({ seconds: 60 }), whole);
    const beyond = renderToWav({ session, out, native, part: { fromSeconds: 1 } });
    await assert.rejects(beyond, /--from: the session has 0\.02 s, found 1/);
  }));

const band = definePatch({
  name: "band",
  instruments: Object.fromEntries(["low", "high"].map((name) => [
    name,
    instrument({
      voices: 2,
      voice: ({ frequencyHz, gate, trigger }) => ({
        output: sine({ frequencyHz }).times(0.2),
        envelope: adsr({ gate, trigger, attackSeconds: 0.001, sustain: 1, releaseSeconds: 0.01 }),
      }),
    }),
  ])),
  parameters: {},
  output: ({ low, high }) => low.plus(high),
});

Deno.test("stems of a session are its instruments alone, together the whole, and what sounds without notes", () =>
  inFolder(async (folder) => {
    const session = `${folder}/a.session`;
    const { engine, settled, blocksPass, stop } = await startTestEngine({
      driver: "manual",
      environment: { UNDERSTUDY_SESSION: session },
      patch: (format) => compileGraph(band.build(format), format),
    });
    const note = (instrument: number, number: number) =>
      engine.submit([{ kind: "noteOn", instrument, id: number, number, velocity: 1 }]);
    note(0, 40);
    await settled();
    await blocksPass(20);
    note(1, 90);
    await settled();
    await blocksPass(20);
    await stop();
    assert.deepEqual(await stemsOf(session), ["low", "high"]);
    const samplesOf = async (stem?: string) => {
      const out = `${folder}/out.wav`;
      const { identical, text } = await renderToWav({ session, out, native, stem });
      assert.ok(identical);
      assert.ok(text.includes(stem === undefined ? "what the device got" : stem || "without notes"), text);
      return (await readFloatWav(out)).samples;
    };
    const [whole, low, high, rest] = [
      await samplesOf(),
      await samplesOf("low"),
      await samplesOf("high"),
      await samplesOf(""),
    ];
    assert.ok(rest.every((sample) => sample === 0));
    assert.ok(low.some((sample) => sample !== 0) && high.some((sample) => sample !== 0));
    for (let index = 0; index < whole.length; index++) {
      if (Math.abs(whole[index] - low[index] - high[index]) > 1e-6) assert.fail(`sample ${index}`);
    }
  }));
