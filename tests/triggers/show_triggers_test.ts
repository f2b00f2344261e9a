import assert from "node:assert/strict";
import type { EngineEvent } from "../../engine/control/control.ts";
import { readShowKeys } from "../../midi/show_keys.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { startWithShows, writeShow } from "../../testing/show/test_shows.ts";
import { quarterFrames } from "../../timecode/mtc.ts";
import { timecodeOfFrame, timecodeRates } from "../../timecode/timecode.ts";
import { ShowTriggers, type ShowTriggersOptions } from "../../triggers/show_triggers.ts";

const rate = timecodeRates["25"];

/** Runs a stepped engine with a show of cues that wait, and triggers at its clocks. */
function withTriggers(
  cues: (unixMs: number) => unknown[],
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
    const started = await startWithShows(folder);
    const { engine, clock, secondsPass, stop } = started;
    const lines: string[] = [];
    const keep = (line: string) => void lines.push(line);
    try {
      await engine.loadShow(await writeShow(folder, { goGuardSeconds: 0, cues: cues(clock.unixMs) }));
      const events: EngineEvent[] = [];
      engine.observe((event) => event.event === "showCue" && events.push(event));
      const triggers = new ShowTriggers({
        ...{ engine, rate, chasesMtc: false, offset: "00:00:00:00", flywheelSeconds: 1 },
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
      ...{ engine, rate, chasesMtc: false, offset: "00:00:00:00", flywheelSeconds: 1 },
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
    assert.equal(triggers.status.state, "none");
    // quarter frames every 10 ms, from 10:00:00:00 on
    const startMs = clock.monotonicMs + 10;
    let sent = 0;
    await pass(1.5, () => {
      for (; startMs + sent * 10 <= clock.monotonicMs; sent++) {
        const timecode = timecodeOfFrame(900_000 + 2 * Math.floor(sent / 8), rate);
        triggers.systemMessage(quarterFrames(timecode, rate)[sent % 8], startMs + sent * 10);
      }
    });
    const [[key, frame], ...rest] = begun();
    assert.deepEqual([key, rest.length], ["1", 0]);
    const due = engine.frameAt({ monotonicMs: startMs + 1_000 });
    assert.ok(Math.abs(frame - due) <= 2, `${frame} instead of ${due}`);
    const { state, position, jumps } = triggers.status;
    assert.deepEqual([state, jumps], ["locked", 1]);
    assert.match(position, /^10:00:01:\d\d$/);
    await pass(2.5);
    assert.equal(triggers.status.state, "lost");
    assert.equal(begun().length, 1);
    assert.ok(lines.some((line) => /timecode \(MTC\): flywheel to lost/.test(line)));
  }, { chasesMtc: true }));

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
