import assert from "node:assert/strict";
import type { EngineEvent } from "../../engine/control/control.ts";
import { readShowKeys } from "../../midi/show_keys.ts";
import { frameNumber } from "../../engine/memory/frame_number.ts";
import { blocksBetween } from "../../engine/memory/shared_memory.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { requirement } from "../../testing/requirement.ts";
import { encodeByLibltc, libltcNeeds } from "../../testing/sound/libltc.ts";
import { startWithShows, writeShow } from "../../testing/show/test_shows.ts";
import { quarterFrames } from "../../timecode/mtc.ts";
import { timecodeOfFrame, timecodeRates } from "../../timecode/timecode.ts";
import { ShowTriggers, type ShowTriggersOptions } from "../../triggers/show_triggers.ts";

const rate = timecodeRates["25"];

/** Runs a stepped engine with a show of cues that wait, and triggers at its clocks. */
function withTriggers(
  /** Cues, or a whole show. */
  cues: (unixMs: number) => unknown[] | { readonly cues: unknown[] },
  test: (
    parts: Awaited<ReturnType<typeof startWithShows>> & {
      readonly triggers: ShowTriggers;
      readonly lines: string[];
      /** Keys of cues and the frames at which they began. */
      readonly begun: () => (readonly [key: string, frame: number])[];
      /** Plays on, and looks every ten milliseconds. */
      readonly pass: (seconds: number, between?: () => void) => Promise<void>;
    },
  ) => Promise<void>,
  options: Partial<ShowTriggersOptions> = {},
): Promise<void> {
  return inFolder(async (folder) => {
    const started = await startWithShows(folder, { environment: { UNDERSTUDY_INPUT_CHANNELS: "2" } });
    const { engine, clock, secondsPass, stop } = started;
    const lines: string[] = [];
    const keep = (line: string) => void lines.push(line);
    try {
      const show = cues(clock.unixMs);
      const file = { goGuardSeconds: 0, ...(Array.isArray(show) ? { cues: show } : show) };
      assert.deepEqual(await engine.loadShow(await writeShow(folder, file)), []);
      const events: EngineEvent[] = [];
      engine.observe((event) => event.event === "showCue" && events.push(event));
      const triggers = new ShowTriggers({
        ...{ engine, rate, source: "off", timecodeInput: 1, offset: "00:00:00:00", flywheelSeconds: 1 },
        log: { debug: keep, info: keep, warning: keep, error: keep },
        unixMs: () => clock.unixMs,
        nowMs: () => clock.monotonicMs,
        ...options,
      });
      const pass = async (seconds: number, between = () => {}) => {
        for (let step = 0; step < seconds * 100; step++) {
          await secondsPass(0.01);
          between();
          triggers.poll();
        }
      };
      const begun = () =>
        events.flatMap((event) =>
          event.event === "showCue" && event.what === "begins" ? [[event.key, event.frame] as const] : []
        );
      await test({ ...started, triggers, lines, begun, pass });
    } finally {
      await stop();
    }
  });
}

/** Time of day, as a trigger has it. */
function timeOfDay(unixMs: number): string {
  const date = new Date(unixMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0"))
    .join(":");
}

Deno.test("the clock starts a cue at the frame of its second, once", () => {
  let dueMs = 0;
  return withTriggers((unixMs) => {
    dueMs = Math.ceil(unixMs / 1_000) * 1_000 + 1_000;
    return [{ number: 1, wait: 1 }, { number: 2, wait: 0.1, triggers: [{ clock: timeOfDay(dueMs) }] }];
  }, async ({ engine, begun, pass }) => {
    const frame = engine.frameAt({ unixMs: dueMs });
    await pass(2.2);
    assert.deepEqual(begun(), [["2", frame]]);
  });
});

Deno.test("nothing looks before there is a show, and what was due before it starts nothing", () =>
  inFolder(async (folder) => {
    const { engine, clock, secondsPass, playUntil, stop } = await startWithShows(folder);
    const ignore = () => {};
    const begun: string[] = [];
    engine.observe((event) => event.event === "showCue" && event.what === "begins" && begun.push(event.key));
    const triggers = new ShowTriggers({
      ...{ engine, rate, source: "off", timecodeInput: 1, offset: "00:00:00:00", flywheelSeconds: 1 },
      log: { debug: ignore, info: ignore, warning: ignore, error: ignore },
      unixMs: () => clock.unixMs,
      nowMs: () => clock.monotonicMs,
    });
    try {
      triggers.begin();
      assert.equal(triggers.isLooking, false);
      const pastMs = Math.ceil(clock.unixMs / 1_000) * 1_000;
      await secondsPass((pastMs - clock.unixMs) / 1_000 + 0.5);
      const cues = [pastMs, pastMs + 2_000].map((dueMs, index) => (
        { number: index + 1, wait: 0.1, triggers: [{ clock: timeOfDay(dueMs) }] }
      ));
      await engine.loadShow(await writeShow(folder, { goGuardSeconds: 0, cues }));
      assert.equal(triggers.isLooking, true);
      await playUntil("a cue begins", () => begun.length > 0);
      assert.deepEqual(begun, ["2"]);
    } finally {
      triggers.stop();
      await stop();
    }
  }));

Deno.test("timecode of MIDI starts a cue at the frame at which it stands, and its state is told", () =>
  withTriggers(() => [{ number: 1, wait: 0.1, triggers: [{ timecode: "10:00:01:00" }] }], async (parts) => {
    const { clock, engine, triggers, begun, pass, lines } = parts;
    assert.equal(triggers.status.timecode.state, "none");
    // quarter frames every 10 ms, from 10:00:00:00 on
    const startMs = clock.monotonicMs + 10;
    let sent = 0;
    const send = () => {
      for (; startMs + sent * 10 <= clock.monotonicMs; sent++) {
        const timecode = timecodeOfFrame(900_000 + 2 * Math.floor(sent / 8), rate);
        triggers.systemMessage(quarterFrames(timecode, rate)[sent % 8], startMs + sent * 10);
      }
    };
    await pass(1.3, send);
    // what was passed before an edit is not passed again
    await engine.show!.edit(engine.show!.text.replace('"number": 1', '"number": 1, "name": "edited"'));
    await pass(0.2, send);
    const [[key, frame], ...rest] = begun();
    assert.deepEqual([key, rest.length], ["1", 0]);
    const due = engine.frameAt({ monotonicMs: startMs + 1_000 });
    assert.ok(Math.abs(frame - due) <= 2, `${frame} instead of ${due}`);
    const { state, position, jumps } = triggers.status.timecode;
    assert.deepEqual([state, jumps], ["locked", 1]);
    assert.match(position, /^10:00:01:\d\d$/);
    await pass(2.5);
    assert.equal(triggers.status.timecode.state, "lost");
    assert.equal(begun().length, 1);
    assert.ok(lines.some((line) => /timecode \(MTC\): flywheel to lost/.test(line)));
  }, { source: "mtc" }));

requirement({
  name: "timecode that libltc writes into an audio input starts a cue at its frame, whenever it is looked at",
  fn: () =>
    withTriggers(() => [{ number: 1, wait: 0.1, triggers: [{ timecode: "01:00:02:00" }] }], async (parts) => {
      const { engine, driver, triggers, begun, secondsPass } = parts;
      const { blockFrames, sampleRateHz } = engine.memory.geometry;
      const start = { hours: 1, minutes: 0, seconds: 0, frames: 20 };
      const signal = encodeByLibltc({ start, framesPerSecond: 25, sampleRateHz, speed: 1, frames: 60 });
      const first = engine.memory.consumed();
      driver.feed((block) => {
        const at = blocksBetween(block, first) * blockFrames;
        const input = new Float32Array(blockFrames * 2);
        for (let frame = 0; frame < blockFrames; frame++) input[2 * frame + 1] = signal[at + frame] ?? 0;
        return input;
      });
      // the main isolate looks late, and each time another span
      for (let look = 0; look < 28; look++) {
        await secondsPass(0.03 + 0.01 * (look % 5));
        triggers.poll();
      }
      const due = frameNumber(engine.memory, first) + Math.round(30 / 25 * sampleRateHz);
      const [[key, frame], ...rest] = begun();
      assert.deepEqual([key, rest.length], ["1", 0]);
      assert.ok(Math.abs(frame - due) <= 2, `${frame} instead of ${due}`);
      const { source, state, jumps } = triggers.status.timecode;
      assert.deepEqual([source, state, jumps], ["ltc", "locked", 1]);
    }, { source: "ltc", timecodeInput: 2 }),
}, libltcNeeds);

Deno.test("an input that falls silent starts cues, and others when it is back; a show that is edited or carried on knows it", () =>
  withTriggers(() => ({
    inputs: { studio: { channels: [1, 2], silentSeconds: 0.5, soundSeconds: 0.3, thresholdDb: -40 } },
    cues: [
      { number: 1, wait: 0.2, triggers: [{ silent: "studio" }] },
      { number: 2, wait: 0.2, triggers: [{ sounds: "studio" }] },
    ],
  }), async ({ engine, driver, triggers, begun, pass }) => {
    const { blockFrames, sampleRateHz } = engine.memory.geometry;
    const first = engine.memory.consumed();
    const from = frameNumber(engine.memory, first);
    const isOn = (seconds: number) => seconds < 0.6 || seconds >= 1.5;
    driver.feed((block) => {
      const at = blocksBetween(block, first) * blockFrames;
      return Float32Array.from(
        { length: blockFrames * 2 },
        (_, index) => isOn((at + (index >> 1)) / sampleRateHz) ? 0.1 * Math.sin(index) : 0,
      );
    });
    await pass(0.9);
    assert.deepEqual([begun(), triggers.status.inputs], [[], { studio: "sound" }]);
    await pass(0.4);
    assert.deepEqual(triggers.status.inputs, { studio: "silent" });
    assert.deepEqual(engine.show!.status().silentInputs, ["studio"]);
    await engine.show!.edit(engine.show!.text.replace('"number": 2', '"number": 3'));
    await pass(0.8);
    assert.deepEqual(triggers.status.inputs, { studio: "sound" });
    assert.deepEqual(engine.show!.status().silentInputs, []);
    assert.deepEqual(begun().map(([key]) => key), ["1", "3"]);
    // judged by tenths of a second, and pressed when the main isolate looks
    const [silent, back] = begun().map(([, frame]) => (frame - from) / sampleRateHz);
    assert.ok(silent >= 1.1 && silent < 1.25, `${silent}`);
    assert.ok(back >= 1.7 && back < 1.95, `${back}`);
  }));

Deno.test("show control, keys and notes of MIDI act on the show, and what they take is not the patch's", () =>
  withTriggers(
    () => [{ number: 1, wait: 9 }, { number: 2, wait: 9, triggers: [{ midiNote: 40, midiChannel: 2 }] }],
    async ({ clock, engine, triggers, begun, pass, lines }) => {
      const say = (...bytes: number[]) => triggers.systemMessage(bytes, clock.monotonicMs + 50);
      const dueMs = clock.monotonicMs + 50;
      say(0xF0, 0x7F, 5, 2, 0x10, 1, 0xF7);
      await pass(0.1);
      assert.deepEqual(begun(), [["1", engine.frameAt({ monotonicMs: dueMs })]]);
      say(0xF0, 0x7F, 6, 2, 0x10, 1, 0xF7); // another device
      say(0xF0, 0x7F, 5, 2, 0x10, 1, 0x39, 0xF7); // cue 9
      assert.equal(triggers.channelMessage(0x91, 40, 100, dueMs + 100), true);
      assert.equal(triggers.channelMessage(0x90, 40, 100, dueMs + 100), false);
      await pass(0.2);
      assert.deepEqual(begun().map(([key]) => key), ["1", "2"]);
      assert.deepEqual(lines, ["MIDI Show Control: there is no cue 9"]);
      assert.equal(triggers.channelMessage(0x90, 60, 100, dueMs), true);
      assert.equal(triggers.channelMessage(0x80, 60, 0, dueMs), true);
      await pass(0.1);
      assert.notEqual(engine.show!.status().panicUntilFrame, null);
    },
    { mscDevice: 5, keys: readShowKeys("panic=60") },
  ));
