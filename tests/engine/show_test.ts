import assert from "node:assert/strict";
import { readConfig } from "../../config/settings.ts";
import { type ArmedFile, CommandRefusedError, type EngineEvent } from "../../engine/control/control.ts";
import { CommandLog, Opcode } from "../../engine/log/command_log.ts";
import { ParameterValues } from "../../engine/log/parameter_values.ts";
import { PendingLimit } from "../../engine/log/pending_limit.ts";
import { readEntries } from "../../engine/log/read_entries.ts";
import { pendingCapacity } from "../../engine/memory/constants.ts";
import { engineHost } from "../../engine/show/engine_host.ts";
import { keepShow, keptShow } from "../../engine/show/kept_show.ts";
import { openShow } from "../../engine/show/open_show.ts";
import { fadeFrames, fadeValue } from "../../engine/show/parameter_fades.ts";
import { isSavedShow } from "../../engine/show/saved_show.ts";
import { commandsOf } from "../../engine/show/show_commands.ts";
import { ShowDesk } from "../../engine/show/show_desk.ts";
import type { HandOver, ShowHost, ShowServices } from "../../engine/show/show_host.ts";
import { ShowPlayer } from "../../engine/show/show_player.ts";
import { statusView } from "../../engine/show/show_views.ts";
import { soundsAgain } from "../../engine/show/sounds_again.ts";
import { readJournal } from "../../engine/state/read_journal.ts";
import { resume } from "../../engine/state/resume.ts";
import { advanceShow, initialShowState } from "../../show/mod.ts";
import { copyJournal } from "../../testing/engine/journal_up_to.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { requirement } from "../../testing/requirement.ts";
import { startWithShows, writeShow } from "../../testing/show/test_shows.ts";
import { decodeByLibltc, libltcNeeds } from "../../testing/sound/libltc.ts";
import { writeNoise } from "../../testing/sound/noise_file.ts";
import { frameOfTimecode, timecodeRates } from "../../timecode/timecode.ts";

const frames = 48_000;

/** The first frame of a channel from a frame on that is not silent. */
function soundFrom(captured: Float32Array, channel: number, from = 0): number {
  for (let frame = from; frame * 2 < captured.length; frame++) {
    if (captured[frame * 2 + channel] !== 0) return frame;
  }
  return -1;
}

Deno.test("two sounds of one GO begin in one frame, what follows by itself at its own, through faults, as the render has it", () =>
  inFolder(async (folder) => {
    const samples = await writeNoise({ path: `${folder}/a.wav`, seed: 1, frames });
    await writeNoise({ path: `${folder}/b.wav`, seed: 2, frames: 4_800 });
    const file = await writeShow(folder, {
      outputs: { left: [1], right: [2] },
      cues: [
        {
          number: 1,
          group: [
            { play: "a.wav", outputs: "left" },
            { number: "b", play: "b.wav", outputs: "right" },
          ],
        },
        { number: 2, play: "b.wav", outputs: "right", preWaitSeconds: 0.123 },
        { number: 3, stop: "all" },
      ],
    });
    const { engine, driver, lockstep, secondsPass, playUntil, stop } = await startWithShows(folder);
    const cues: EngineEvent[] = [];
    engine.observe((event) => event.event === "showCue" && cues.push(event));
    assert.deepEqual(await engine.loadShow(file), []);
    const { show } = engine;
    assert.equal(show!.list.cues.length, 5);
    await secondsPass(0.1);
    show!.press({ event: "go" });
    await secondsPass(0.3);
    engine.injectFault("throw", "both");
    show!.press({ event: "go" });
    await lockstep();
    await playUntil("the end of the first sound", () => show!.status().running.length === 0);
    await secondsPass(0.05);
    await stop();
    const { captured } = driver;
    const [left, right] = [soundFrom(captured, 0), soundFrom(captured, 1)];
    assert.equal(left, right);
    assert.deepEqual(
      Array.from({ length: frames }, (_, frame) => captured[(left + frame) * 2]),
      Array.from({ length: frames }, (_, frame) => samples[frame * 2]),
    );
    const begun = cues.flatMap((event) =>
      event.event === "showCue" && event.what === "begins" && event.key === "2" ? [event.frame] : []
    );
    assert.equal(soundFrom(captured, 1, right + 4_800), begun[0]);
    const render = await renderAgain(`${folder}/evening.session`);
    assert.equal(render.differingBlocks, 0);
  }));

const show = {
  cues: [
    { number: 1, play: "a.wav", continue: "auto-follow" },
    { number: 2, play: "b.wav" },
    { number: 3, stop: "all", seconds: 0.1 },
  ],
};

Deno.test("a show with mistakes is refused with all of them, and the one before plays on", () =>
  inFolder(async (folder) => {
    await writeNoise({ path: `${folder}/a.wav`, seed: 1, frames: 48_000 });
    await writeNoise({ path: `${folder}/b.wav`, seed: 2, frames: 48_000 });
    const file = await writeShow(folder, show);
    const { engine, secondsPass, stop } = await startWithShows(folder);
    await engine.loadShow(file);
    engine.show!.press({ event: "go" });
    await secondsPass(0.2);
    const wrong = JSON.stringify({ cues: [{ play: "c.wav" }, { fade: 9, toDb: -3 }] });
    await assert.rejects(engine.show!.edit(wrong), /play\.json:1:\d+: .*c\.wav[^]*play\.json:1:\d+: .*9/);
    const edited = { cues: [show.cues[0], { number: 7, wait: 0.1 }, show.cues[2]] };
    await engine.show!.edit(JSON.stringify(edited));
    const { running } = engine.show!.status();
    assert.deepEqual(running.map(({ key }) => key), ["1"]);
    assert.deepEqual(engine.show!.list.cues.map(({ key }) => key), ["1", "7", "3"]);
    await secondsPass(0.9);
    assert.deepEqual(engine.show!.status().running.map(({ key }) => key), ["7"]);
    await engine.show!.save();
    assert.deepEqual(JSON.parse(await Deno.readTextFile(file)), edited);
    await stop();
    assert.equal((await renderAgain(`${folder}/evening.session`)).differingBlocks, 0);
  }));

Deno.test("a restart goes on with the show where it was, to the frame", () =>
  inFolder(async (folder) => {
    const samples = await writeNoise({ path: `${folder}/a.wav`, seed: 1, frames: 240_000 });
    const second = await writeNoise({ path: `${folder}/b.wav`, seed: 2, frames: 9_600 });
    const file = await writeShow(folder, show);
    const environment = { UNDERSTUDY_STATE: folder };
    const { engine, driver, secondsPass, stop } = await startWithShows(folder, { environment });
    await engine.loadShow(file);
    engine.show!.press({ event: "go" });
    await secondsPass(0.5);
    await copyJournal(`${folder}/journal`, `${folder}/kept`, engine.memory.consumed());
    const saved = engine.show!.status();
    await stop();
    const first = driver.captured.findIndex((sample) => sample !== 0);

    const content = await readJournal(`${folder}/kept`);
    assert.ok(isSavedShow(content.show));
    keepShow(`${folder}/kept.json`, content.show);
    assert.deepEqual(keptShow(`${folder}/kept.json`), content.show);
    const config = readConfig({ UNDERSTUDY_STREAM_MIB: "16", UNDERSTUDY_CEILING_DB: "off" });
    const continuation = await resume({ content, config, nowMs: Date.now() });
    const again = await startWithShows(folder, {
      continuation,
      environment: { UNDERSTUDY_SESSION: `${folder}/second.session` },
    });
    await again.playUntil("the show", () => again.engine.show !== undefined);
    assert.deepEqual(again.engine.show!.status().running[0].startedAtFrame, saved.running[0].startedAtFrame);
    await again.playUntil("its end", () => again.engine.show!.status().running.length === 0);
    await again.secondsPass(0.05);
    await again.stop();
    // the captured sound of both: what was played last is heard up to its end, and the next one begins right behind it
    const { captured } = again.driver;
    const end = samples.length + second.length;
    const rest = captured.findLastIndex((sample) => sample !== 0);
    const whole = new Float32Array(end);
    whole.set(samples);
    whole.set(second, samples.length);
    const heard = captured.subarray(rest + 1 - 40_000, rest + 1);
    // by place: a printed difference of so many samples takes minutes and all memory
    assert.equal(heard.findIndex((sample, index) => sample !== whole[end - 40_000 + index]), -1);
    assert.ok(first >= 0);
  }));

Deno.test("what was handed over in advance is taken back by a stop, in all renderers and the render alike", () =>
  inFolder(async (folder) => {
    await writeNoise({ path: `${folder}/a.wav`, seed: 1, frames: 4_800 });
    const cue = { play: "a.wav", continue: "auto-follow" };
    const file = await writeShow(folder, {
      cues: [{ number: 1, ...cue, postWaitSeconds: 0.3 }, { number: 2, ...cue }],
    });
    const { engine, driver, secondsPass, lockstep, stop } = await startWithShows(folder);
    await engine.loadShow(file);
    engine.show!.press({ event: "go" });
    await secondsPass(0.2);
    engine.show!.press({ event: "stop" });
    engine.injectFault("throw", "standby");
    await lockstep();
    await secondsPass(0.4);
    await stop();
    const first = soundFrom(driver.captured, 0);
    assert.equal(soundFrom(driver.captured, 0, first + 4_800), -1);
    assert.equal((await renderAgain(`${folder}/evening.session`)).differingBlocks, 0);
  }));

const sound: ArmedFile = { number: 3, name: "a.wav", channels: 1, frames: 10_000 };

async function openedShow(folder: string, cues: readonly unknown[], head: object = {}) {
  const file = await writeShow(folder, { ...head, cues });
  return await openShow({ file, text: await Deno.readTextFile(file) }, {
    sampleRateHz: 1_000,
    inputChannels: 0,
    arm: () => Promise.resolve(sound),
    services: { channels: 2, patchProblem: () => Promise.resolve(undefined) },
  });
}

requirement({
  name:
    "a cue of timecode is heard from its frame on as libltc reads it, pauses and goes on, and the render has it too",
  fn: () =>
    inFolder(async (folder) => {
      const cue = { number: 1, timecode: "09:59:59:20", rate: "25", outputs: "deck", levelDb: -6 };
      const file = await writeShow(folder, { outputs: { deck: [2] }, cues: [cue] });
      const { engine, driver, secondsPass, stop } = await startWithShows(folder);
      assert.deepEqual(await engine.loadShow(file), []);
      engine.show!.press({ event: "go" });
      await secondsPass(0.8);
      engine.show!.press({ event: "pause" });
      await secondsPass(0.2);
      engine.show!.press({ event: "resume" });
      await secondsPass(0.6);
      await stop();
      const { sampleRateHz } = engine.memory.geometry;
      const { captured } = driver;
      const [from, samples] = [
        soundFrom(captured, 1),
        captured.filter((_, index) => index % 2 === 1),
      ];
      assert.ok(samples.every((_, frame) => captured[2 * frame] === 0), "on its output alone");
      assert.equal(
        samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0),
        Math.fround(10 ** (-6 / 20)),
      );
      const found = decodeByLibltc(samples.slice(from), sampleRateHz / 25);
      const numbers = found.map(({ timecode }) => frameOfTimecode(timecode, timecodeRates["25"]));
      const first = frameOfTimecode({ hours: 9, minutes: 59, seconds: 59, frames: 20 }, timecodeRates["25"]);
      assert.ok(found.length > 28, `${found.length}`);
      assert.ok(numbers.every((number, index) => index === 0 || number > numbers[index - 1]));
      for (const [index, { startAt }] of found.slice(0, 15).entries()) {
        const expected = (numbers[index] - first) * sampleRateHz / 25;
        assert.ok(Math.abs(startAt - expected) < 3, `${startAt} instead of ${expected}`);
      }
      assert.equal((await renderAgain(`${folder}/evening.session`)).differingBlocks, 0);
    }),
}, libltcNeeds);

Deno.test("a cue becomes the commands of one player, and is begun again in its midst with what it had", () =>
  inFolder(async (folder) => {
    const { opened: { list } } = await openedShow(folder, [
      { number: 1, play: "a.wav", startSeconds: 1, loops: 2, levelDb: -6, fadeOutSeconds: 2 },
    ]);
    const { state, actions } = advanceShow(list, initialShowState(list), { event: "go" }, 100);
    const problems: string[] = [];
    const options = {
      ...{ sampleRateHz: 1_000, instruments: [] },
      onProblem: (_: number, text: string) => void problems.push(text),
    };
    const commands = commandsOf(actions, { ...options, fileOf: () => sound });
    const gain = 10 ** (-6 / 20);
    const on = (...done: object[]) => done.map((each) => ({ kind: "player", player: 0, ...each }));
    const opens = [
      { what: "open", file: 3, channels: 1 },
      { what: "slice", endFrame: 1_000, count: 1 },
    ];
    const routes = [0, 1].map((bus) => ({ what: "route", channel: 0, bus, gain: 1, frames: 0 }));
    assert.deepEqual(
      commands.map(({ command }) => command),
      on(
        ...opens,
        { what: "slice", endFrame: 10_000, count: 2 },
        { what: "seek", frame: 1_000 },
        ...routes,
        { what: "level", gain, frames: 0 },
        { what: "gate", open: true, frames: 0 },
      ),
    );
    assert.deepEqual(commandsOf(actions, { ...options, fileOf: () => undefined }), []);
    assert.deepEqual(problems, ["a.wav cannot be played: it is not there"]);
    // 9,000 frames of the first pass and 500 of the second lie behind
    const later = advanceShow(list, state, { event: "time" }, 100 + 9_500).state;
    const again = soundsAgain(later, 100 + 9_500, () => sound);
    assert.deepEqual(
      again.slice(0, 4),
      on(...opens, { what: "slice", endFrame: 10_000, count: 1 }, { what: "seek", frame: 1_500 }),
    );
    const { running: [view] } = statusView(list, later, { played: 9_600, sampleRateHz: 1_000, notices: [] });
    assert.deepEqual(view.loop, { pass: 2, of: 2 });
    assert.equal(view.levelDb, -6);
  }));

Deno.test("a parameter that fades gets its values at the same frames in whichever pieces it is handed over", () => {
  const fade = { address: "/a", fromFrame: 10, from: 1, to: 4, frames: 100, curve: "decibel" } as const;
  const whole = fadeFrames(fade, 30, 0, 1_000);
  assert.deepEqual(whole, [10, 40, 70, 100, 110]);
  assert.deepEqual([...fadeFrames(fade, 30, 0, 55), ...fadeFrames(fade, 30, 55, 1_000)], whole);
  assert.equal(fadeValue(fade, 60), 2);
  assert.deepEqual([fadeValue(fade, 0), fadeValue(fade, 110)], [1, 4]);
  assert.equal(fadeValue({ ...fade, curve: "linear" }, 60), 2.5);
});

const services: ShowServices = {
  channels: 2,
  allowedShow: (file) => file,
  loadPatch: (name) => Promise.reject(new Error(`${name}: no patch is loaded in this test`)),
  patchProblem: () => Promise.resolve(undefined),
  send: () => Promise.reject(new Error("no message is sent in this test")),
};

/** An engine of 1,000 frames a second in blocks of 10, two of which renderers have sealed; it writes down what a show gives it. */
class WrittenHost implements ShowHost {
  readonly sampleRateHz = 1_000;
  readonly blockFrames = 10;
  readonly inputChannels = 0;
  readonly hearsBuses = true;
  readonly control: ShowHost["control"] = {
    parameters: [],
    instruments: [],
    players: [],
    parameterValue: () => undefined,
  };
  readonly handed: HandOver[] = [];
  readonly events: EngineEvent[] = [];
  readonly disarmed: string[] = [];
  readonly warnings: string[] = [];
  played = 0;
  isFull = false;

  playedFrame = () => this.played;
  frameOf = (engineFrame: number) => engineFrame;
  freeFrame = () => this.played + 20;
  place = () => ({ block: 0, frame: this.played });
  goOnFrom = () => {};
  hand(handOver: HandOver): void {
    if (this.isFull) throw new CommandRefusedError("the log is full");
    this.handed.push(handOver);
  }
  handedBefore: ShowHost["handedBefore"] = () => undefined;
  arm = () => Promise.resolve(sound);
  disarm = (path: string) => this.disarmed.push(path) > 0;
  keep = () => {};
  emit = (event: EngineEvent) => void this.events.push(event);
  warn = (text: string) => void this.warnings.push(text);
}

/** What was handed over, without the details of each command. */
function outline({ fromFrame, serial, commands }: HandOver) {
  const done = commands.map(({ frame, command }) => [frame, "what" in command ? command.what : command.kind]);
  return { fromFrame, serial, done };
}

const begins = (frame: number) =>
  ["open", "slice", "seek", "route", "route", "level", "gate"].map((what) => [frame, what]);

Deno.test("a player hands over what follows in advance, takes it back for a stop, and forgets a GO for which the log has no room", () =>
  inFolder(async (folder) => {
    const { opened } = await openedShow(folder, [
      { number: 1, play: "a.wav", continue: "auto-continue", postWaitSeconds: 0.5 },
      { number: 2, play: "a.wav" },
    ]);
    const host = new WrittenHost();
    const player = new ShowPlayer(opened, { host, services, initial: initialShowState, onChange: () => {} });
    assert.deepEqual(host.handed.splice(0).map(outline), [{ fromFrame: 20, serial: 0, done: [] }]);
    host.isFull = true;
    assert.throws(() => player.press({ event: "go" }), /the log is full/);
    assert.deepEqual(player.saved.events, []);
    assert.deepEqual(player.status().running, []);
    host.isFull = false;
    player.press({ event: "go" });
    const both = [...begins(20), ...begins(520)];
    assert.deepEqual(host.handed.splice(0).map(outline), [{ fromFrame: 20, serial: 1, done: both }]);
    host.played = 100;
    player.press({ event: "stop" });
    const [taken] = host.handed.splice(0);
    assert.deepEqual([taken.fromFrame, taken.serial], [120, 2]);
    assert.deepEqual(new Set(taken.commands.map(({ frame }) => frame)), new Set([120]));
    const { command } = taken.commands.findLast(({ command }) =>
      "what" in command && command.what === "gate"
    )!;
    assert.ok(command.kind === "player" && command.what === "gate" && !command.open && command.player === 0);
  }));

Deno.test("a controller that is stuck is refused, a panic is not, and presses are taken again later", () =>
  inFolder(async (folder) => {
    const { opened } = await openedShow(folder, [{ number: 1, play: "a.wav" }]);
    const host = new WrittenHost();
    const player = new ShowPlayer(opened, { host, services, initial: initialShowState, onChange: () => {} });
    for (let press = 0; press < 128; press++) player.press({ event: "go" });
    assert.throws(() => player.press({ event: "go" }), {
      name: "CommandRefusedError",
      message: /128 presses within 5 s/,
    });
    player.press({ event: "panic" });
    assert.equal(player.saved.events.length, 129);
    host.played = 6 * host.sampleRateHz;
    player.poll();
    player.press({ event: "go" });
    assert.deepEqual(player.saved.events.map(({ event }) => event.event), ["go"]);
  }));

/** A host whose log outlives the process that writes it; `killAt` counts hand-overs until that process is lost, in front of one. */
class LivingHost extends WrittenHost {
  override readonly control: ShowHost["control"] = {
    parameters: [{
      ...{ address: "keys/cutoffHz", unit: "Hz", min: 0, max: 1_000, default: 0, curve: "linear" },
      ...{ smoothingSeconds: 0, description: "" },
    }],
    instruments: [],
    players: [],
    parameterValue: () =>
      this.heard.flatMap(({ command }) => command.kind === "set" ? [command.value] : []).at(-1) ?? 0,
  };
  kept: unknown;
  killAt = Infinity;

  override keep = (saved?: unknown) => {
    if (this.killAt > 0) this.kept = JSON.parse(JSON.stringify(saved));
  };
  override handedBefore = () => this.handed.at(-1);
  override hand(handOver: HandOver): void {
    if (--this.killAt <= 0) throw new CommandRefusedError("the process is lost");
    super.hand(handOver);
  }

  /** What renderers hear: each hand-over takes back what was to come from its first frame on. */
  get heard(): HandOver["commands"] {
    return this.handed.reduce<HandOver["commands"]>((before, { fromFrame, commands }) => [
      ...before.filter(({ frame }) => frame < fromFrame),
      ...commands,
    ], []);
  }
}

Deno.test("a control process that is lost at any moment of a GO and of what follows it loses nothing, and nothing is played or sent twice", () =>
  inFolder(async (folder) => {
    const { opened } = await openedShow(folder, [
      { number: 1, play: "a.wav", endSeconds: 1, continue: "auto-continue", postWaitSeconds: 0.5 },
      {
        number: 2,
        fade: "/keys/cutoffHz",
        to: 1_000,
        seconds: 1.2,
        curve: "linear",
        continue: "auto-continue",
      },
      { number: 3, osc: "/light/go", to: "desk", preWaitSeconds: 0.7, continue: "auto-continue" },
      { number: 4, play: "a.wav", endSeconds: 0.4, continue: "auto-follow" },
      { number: 5, patch: "strings" },
    ], { destinations: { desk: { host: "127.0.0.1", port: 9 } } });

    /** GO at frame 100, one process lost in front of a hand-over or at a frame, the next one in its place 50 frames later. */
    async function play({ lostAt = -1, lostInHandOver = -1, loads = true }) {
      const host = new LivingHost();
      const done: string[] = [];
      const told: ShowServices = {
        ...services,
        send: (message) => Promise.resolve(void done.push(`sent ${message.do} at ${message.frame}`)),
        loadPatch: (patch) => {
          done.push(`loaded ${patch}`);
          return loads ? Promise.resolve() : new Promise(() => {});
        },
      };
      const options = { host, services: told, initial: initialShowState, onChange: () => {} };
      let player: ShowPlayer | undefined = new ShowPlayer(opened, options);
      let backAt = -1;
      for (let frame = 0; frame <= 3_000; frame += 10) {
        host.played = frame;
        if (frame === 100 && lostInHandOver >= 0) host.killAt = 1 + lostInHandOver;
        if (frame === backAt) {
          host.killAt = Infinity;
          const saved = host.kept;
          assert.ok(isSavedShow(saved));
          player = new ShowPlayer(opened, { ...options, saved });
        }
        try {
          if (frame === 100) player?.press({ event: "go" });
        } catch (error) {
          assert.ok(error instanceof CommandRefusedError);
        }
        player?.poll();
        if (player !== undefined && (frame === lostAt || host.killAt <= 0)) {
          player = undefined;
          backAt = frame + 50;
        }
        await undefined; // a patch that is there is loaded
      }
      const first = host.heard[0].frame;
      return {
        first,
        done,
        heard: host.heard.map(({ frame, command }) => [frame - first, JSON.stringify(command)]),
      };
    }

    const undisturbed = await play({});
    assert.equal(undisturbed.first, 120);
    assert.deepEqual(undisturbed.done, ["sent sendOsc at 1320", "loaded strings"]);
    assert.ok(undisturbed.heard.length > 60);
    for (let lostAt = 100; lostAt < 2_000; lostAt += 170) {
      const { heard, done } = await play({ lostAt });
      assert.deepEqual(heard, undisturbed.heard, `lost at ${lostAt}`);
      assert.deepEqual(done, undisturbed.done, `lost at ${lostAt}`);
    }
    const loading = await play({ lostAt: 1_730, loads: false });
    assert.deepEqual(loading.done, [...undisturbed.done, "loaded strings"]);
    // what was pressed and kept, and never came to the log, begins when the next process is there
    const late = await play({ lostInHandOver: 0 });
    assert.equal(late.first, 170);
    assert.deepEqual(late.heard, undisturbed.heard);
    assert.deepEqual(late.done, ["sent sendOsc at 1370", "loaded strings"]);
  }));

Deno.test("a load, an edit and a check of a show name the inputs that are not captured", () =>
  inFolder(async (folder) => {
    const show = { inputs: { studio: { channels: [1] } }, cues: [{ number: 1, play: "a.wav" }] };
    const desk = new ShowDesk(new WrittenHost(), services);
    const expected = /input studio: there is no channel 1, because nothing is captured/;
    assert.match((await desk.load(await writeShow(folder, show))).join(), expected);
    assert.match((await desk.control!.edit(JSON.stringify(show))).join(), expected);
    assert.match((await desk.control!.check()).join(), expected);
  }));

Deno.test("a desk tells of its show at most each 50 ms, and gives up the files that an edit leaves out", () =>
  inFolder(async (folder) => {
    const file = await writeShow(folder, {
      cues: [{ number: 1, play: "a.wav" }, { number: 2, play: "b.wav" }],
    });
    const host = new WrittenHost();
    let nowMs = 0;
    const desk = new ShowDesk(host, services, () => nowMs);
    await assert.rejects(desk.load(`${folder}/none.json`), /none\.json: there is no such file/);
    assert.equal(desk.control, undefined);
    assert.deepEqual(await desk.load(file), []);
    const told = () => host.events.splice(0).map(({ event }) => event).filter((event) => event !== "showCue");
    desk.poll();
    assert.deepEqual(told(), ["showList", "showStatus"]);
    desk.control!.press({ event: "go" });
    nowMs = 49;
    desk.poll();
    assert.deepEqual(told(), []);
    nowMs = 50;
    desk.poll();
    assert.deepEqual(told(), ["showStatus"]);
    host.played = 500;
    await desk.control!.edit(JSON.stringify({ cues: [{ number: 1, play: "a.wav" }] }));
    assert.deepEqual(host.disarmed.splice(0), [`${folder}/b.wav`]);
    assert.equal(desk.control!.list.revision, 2);
    assert.equal(desk.saved!.revision, 2);
    // what a refused edit names is given up too; what plays is kept until it has ended
    await assert.rejects(desk.control!.edit(JSON.stringify({ cues: [{ play: "c.wav" }, { stop: 9 }] })));
    assert.deepEqual(host.disarmed.splice(0), [`${folder}/c.wav`]);
    await desk.control!.edit(JSON.stringify({ cues: [{ number: 2, play: "b.wav" }] }));
    assert.deepEqual(host.disarmed, []);
    host.played = 10_500;
    nowMs = 1_050;
    desk.poll();
    assert.deepEqual(host.disarmed, [`${folder}/a.wav`]);
    nowMs = 3_000;
    desk.poll();
    assert.deepEqual(host.disarmed, [`${folder}/a.wav`]);
  }));

Deno.test("a hand-over is one piece of the log, takes back the one before, and leaves it where there is no room", () => {
  const memory = testMemory({ startBlock: 1_000 });
  const commands = new CommandLog(memory);
  const pending = new PendingLimit();
  const host = engineHost({
    ...{ memory, commands, pending, values: new ParameterValues([], () => {}) },
    control: { parameters: [], instruments: [], players: [], parameterValue: () => undefined },
    streams: undefined as never, // no file is armed here
    sealedBlock: () => 1_000,
    hearsBuses: () => true,
    keep: () => {},
    emit: () => {},
    warn: (text) => assert.fail(text),
  });
  assert.equal(host.handedBefore(), undefined);
  const free = host.freeFrame();
  assert.equal(free, host.playedFrame() + 5 * 32);
  const before = host.place();
  const engineFrame = host.playedFrame();
  host.goOnFrom({ block: (before.block - 3) | 0, frame: 6_400 });
  assert.equal(host.playedFrame(), 6_400 + 3 * 32);
  assert.equal(
    host.frameOf(engineFrame),
    host.playedFrame(),
    "what counts from the start of the engine goes on too",
  );
  assert.equal(host.freeFrame(), host.playedFrame() + 5 * 32);
  host.goOnFrom(before);
  const devamps = (...frames: number[]) =>
    frames.map((frame) => ({ frame, command: { kind: "player", player: 3, what: "devamp" } as const }));
  host.hand({ fromFrame: free, serial: 7, commands: devamps(free + 5, free + 64) });
  const placed = () =>
    readEntries(commands, 0).map(({ opcode, isOfShow, at, target, extra }) =>
      opcode === Opcode.retract ? ["retract", target, extra] : [isOfShow, at!.block, at!.frame]
    );
  const first = [["retract", 1_005, 7], [true, 1_005, 5], [true, 1_007, 0]];
  assert.deepEqual(placed(), first);
  assert.equal(pending.ofShow(1_000).length, 2);
  const tooMany = devamps(...Array.from({ length: pendingCapacity + 1 }, () => free + 40));
  assert.throws(() => host.hand({ fromFrame: free, serial: 8, commands: tooMany }), CommandRefusedError);
  assert.deepEqual(placed(), first);
  assert.equal(pending.ofShow(1_000).length, 2);
  host.hand({ fromFrame: free + 32, serial: 9, commands: [] });
  assert.deepEqual(placed(), [...first, ["retract", 1_006, 9]]);
  assert.deepEqual(pending.ofShow(1_000).map(({ block }) => block), [1_005]);
  assert.deepEqual(host.handedBefore(), { fromFrame: free + 32, serial: 9 });
});
