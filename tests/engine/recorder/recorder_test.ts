/** Needs no real time: the device moves when the test says so. */
import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { OutputRing } from "../../../engine/memory/output_ring.ts";
import { renderToWav } from "../../../engine/render/render_session_to_wav.ts";
import { Recorder } from "../../../engine/recorder/recorder.ts";
import { readFlac } from "../../../engine/samples/flac_reader.ts";
import { SessionReader } from "../../../engine/session/session_reader.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { until } from "../../../testing/until.ts";
import { readFloatWav } from "../../../testing/sound/read_float_wav.ts";

const { native } = await nativeForTests();
const note = [{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 0.7 }] as const;

Deno.test("a recording equals the render of the session from its frame on, byte for byte, through faults and concealment", () =>
  inFolder(async (folder) => {
    const session = `${folder}/evening.session`;
    const { engine, driver, lines, playDuring, lockstep, blocksPass, stop } = await startTestEngine({
      driver: "manual",
      startBlock: 0xFFFFFF80,
      environment: { UNDERSTUDY_SESSION: session, UNDERSTUDY_RECORDINGS: `${folder}/recordings` },
    });
    const told: EngineEvent[] = [];
    engine.observe((event) => event.event.startsWith("rec") && told.push(event));
    await lockstep();
    await blocksPass(50);
    const before = driver.captured.length;
    const { path, block } = await playDuring(engine.startRecording("first take"));
    assert.equal(path, `${folder}/recordings/first take.wav`);
    await assert.rejects(engine.startRecording(), /is being recorded; send \/rec\/stop first/);
    engine.submit(note);
    await blocksPass(60);
    engine.injectFault("throw", "both");
    driver.call(12); // no renderer has the last of them: they are concealed, and the next one fades in
    assert.ok(engine.status().concealedFrames > 0);
    await lockstep();
    await blocksPass(60);
    assert.equal(engine.status().rec.state, "recording");
    await blocksPass(30);
    const stopping = engine.stopRecording();
    new OutputRing(engine.memory).acquire(); // a listener begins before the thread has read the last blocks
    const ended = await playDuring(stopping);
    await blocksPass(20);
    await stop();

    const recorded = await readFloatWav(path);
    assert.ok(driver.captured.slice(before).some((sample) => sample !== 0));
    const render = `${folder}/render.wav`;
    const { identical } = await renderToWav({ session, out: render, native });
    assert.ok(identical);
    const rendered = await readFloatWav(render);
    const { header } = await SessionReader.open(session).then((reader) => (reader.close(), reader));
    const first = ((block - header.startBlock) >>> 0) * header.blockFrames * header.channels;
    assert.deepEqual(recorded.samples, rendered.samples.slice(first, first + recorded.samples.length));
    assert.deepEqual(recorded.samples, driver.captured.slice(first, first + recorded.samples.length));
    assert.ok(recorded.samples.length >= 120 * header.blockFrames * header.channels);
    assert.equal(ended.seconds, recorded.samples.length / header.channels / header.sampleRateHz);
    assert.deepEqual(told, [
      { event: "recStart", path, block, seconds: first / header.channels / header.sampleRateHz },
      { event: "recStop", path, seconds: ended.seconds, problem: "" },
    ]);
    assert.equal(engine.status().rec.state, "off");
    assert.ok(lines.some((line) => line.startsWith("recorded ")));
  }));

Deno.test("a thread that is a lap behind leaves silence of the same length, and says so; FLAC; the file is closed with the engine", () =>
  inFolder(async (folder) => {
    const { engine, driver, lines, lockstep, blocksPass, playDuring, stop } = await startTestEngine({
      driver: "manual",
      environment: {
        ...{ UNDERSTUDY_SAMPLE_RATE: "8000", UNDERSTUDY_BLOCK_FRAMES: "512" },
        UNDERSTUDY_RECORDINGS: folder,
      },
    });
    const told: EngineEvent[] = [];
    engine.observe((event) => event.event === "recLost" && told.push(event));
    const { channels, blockFrames, outputSlots } = engine.memory.geometry;
    await lockstep();
    const before = driver.captured.length;
    const { path, block } = await playDuring(engine.startRecording("take.flac"));
    const first = (block * blockFrames) * channels;
    assert.ok(first >= before);
    engine.submit(note);
    await blocksPass(20);
    await until("the loss is told", () => {
      if (told.length > 0) return true;
      driver.call(outputSlots + 40); // at once: the thread looks five times a second
      return false;
    });
    assert.match(engine.status().degraded, /recorder/);
    await stop();

    const wanted = driver.captured.slice(first);
    const { channels: read } = readFlac(await Deno.readFile(path));
    assert.equal(read[0].length * channels, wanted.length);
    // more than one where the device goes on while the thread reads its oldest blocks
    const losses = (told as Extract<EngineEvent, { event: "recLost" }>[]).map(({ seconds, frames }) => {
      const from = Math.round(seconds * 8_000);
      return { from, to: from + frames };
    });
    assert.equal(engine.status().rec.lostFrames, losses.reduce((sum, { from, to }) => sum + to - from, 0));
    for (let frame = 0; frame < read[0].length; frame++) {
      const isLost = losses.some(({ from, to }) => frame >= from && frame < to);
      const sample = isLost ? 0 : Math.round(wanted[frame * channels] * 2 ** 23) / 2 ** 23;
      if (read[0][frame] !== Math.min(sample, 1 - 2 ** -23)) {
        assert.fail(`frame ${frame}: ${read[0][frame]}, wanted ${sample}`);
      }
    }
    assert.ok(lines.some((line) => /frames from .* s on are lost, silence is in their place/.test(line)));
  }));

Deno.test("a recording does not begin on a disk with too little room, or over a file, and leaves nothing behind", () =>
  inFolder((folder) => {
    const recorder = new Recorder({
      memory: testMemory(),
      native,
      minFreeBytes: 2 ** 60,
      firstBlock: 0,
      version: "test",
      patch: () => "tally",
      emit: () => assert.fail("nothing was begun"),
      onProblem: () => assert.fail("nothing was begun"),
      onLoss: () => assert.fail("nothing was begun"),
      keep: () => assert.fail("nothing was begun"),
    });
    const path = `${folder}/a.wav`;
    assert.throws(
      () => recorder.start({ path, format: "wav16" }),
      /MiB are free in .*: make room, or lower UNDERSTUDY_RECORD_MIN_FREE/,
    );
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    assert.throws(() => recorder.stop(), /nothing is being recorded/);
    assert.equal(recorder.status.state, "off");
  }));
