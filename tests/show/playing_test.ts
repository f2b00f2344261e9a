import assert from "node:assert/strict";
import fc from "fast-check";
import type { CueInput, ShowInput } from "../../show/file/show_file.ts";
import { readShow } from "../../show/file/read_show.ts";
import { advanceShow } from "../../show/playing/advance_show.ts";
import { changeShow } from "../../show/playing/change_show.ts";
import { checkShow, mediaOf, type ShowFacts } from "../../show/playing/check_show.ts";
import { compileShow, cueTitle, type Media } from "../../show/playing/compile_show.ts";
import { cueLength, cueText } from "../../show/playing/cue_text.ts";
import { cueSound } from "../../show/playing/cue_sound.ts";
import type { CueList } from "../../show/playing/cue_list.ts";
import { cueAfter, cueBefore, cueSequence, follower } from "../../show/playing/cue_order.ts";
import { levelAt } from "../../show/playing/level_ramp.ts";
import { leastFrames, loopsWithoutTime } from "../../show/playing/loops_without_time.ts";
import { nextDue } from "../../show/playing/next_due.ts";
import { leaveLoop, placeAt, planFrom, planLength } from "../../show/playing/playback_plan.ts";
import { runningCues } from "../../show/playing/running_cues.ts";
import type { ShowAction } from "../../show/playing/show_action.ts";
import type { ShowEvent } from "../../show/playing/show_event.ts";
import { initialShowState, type ShowState } from "../../show/playing/show_state.ts";
import { timeline } from "../../show/playing/timeline.ts";
import { randomList } from "../../testing/show/random_list.ts";
import { ShowModel } from "../../testing/show/show_model.ts";

/** A frame is a millisecond. */
const sampleRateHz = 1_000;

/** Files of these lengths in seconds, with two channels. */
const media: Readonly<Record<string, Media>> = {
  "1s": { frames: 1_000, channels: 2 },
  "3s": { frames: 3_000, channels: 2 },
  "8s": { frames: 8_000, channels: 2 },
  "mono": { frames: 1_000, channels: 1 },
};

function listOf(cues: readonly CueInput[], rest: Omit<ShowInput, "cues"> = {}): CueList {
  const { show, problems } = readShow(JSON.stringify({ ...rest, cues }));
  assert.deepEqual(problems, []);
  return compileShow(show!, { sampleRateHz, media });
}

/** A show that is played by hand. */
class Stage {
  state: ShowState;
  readonly actions: ShowAction[] = [];

  constructor(public list: CueList) {
    this.state = initialShowState(list);
  }

  /** Lets an event happen at a second. */
  at(seconds: number, event: ShowEvent["event"] | ShowEvent = "time"): this {
    const given = typeof event === "string" ? { event } as ShowEvent : event;
    const { state, actions } = advanceShow(this.list, this.state, given, Math.round(seconds * sampleRateHz));
    this.state = state;
    this.actions.push(...actions);
    return this;
  }

  /** The actions of these kinds as `SECONDS CUE KIND`. */
  said(...kinds: readonly ShowAction["do"][]): string[] {
    return this.actions.filter(({ do: what }) => kinds.includes(what))
      .map(({ frame, cue, do: what }) => `${frame / sampleRateHz} ${cue} ${what}`);
  }

  begins(): string[] {
    return this.said("cueBegins").map((text) => text.replace(" cueBegins", ""));
  }

  all<K extends ShowAction["do"]>(kind: K): Extract<ShowAction, { do: K }>[] {
    return this.actions.filter((action): action is Extract<ShowAction, { do: K }> => action.do === kind);
  }
}

const scripts = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 9 }),
    event: fc.constantFrom("go" as const, "go" as const, "go" as const, "stop", "pause", "resume", "panic"),
  }),
  { minLength: 1, maxLength: 12 },
);

Deno.test("cues begin, end and stop in the frames in which a model that counts every frame has them", () => {
  fc.assert(
    fc.property(randomList, scripts, (list, script) => {
      const model = new ShowModel(list);
      let state = initialShowState(list);
      const actions: ShowAction[] = [];
      let frame = 0;
      for (const { after, event } of [...script, { after: 60, event: "time" as const }]) {
        frame += after;
        for (let ticks = 0; ticks < after; ticks++) model.tick();
        if (event !== "time") model.happen(event);
        const next = advanceShow(list, state, { event }, frame);
        state = next.state;
        actions.push(...next.actions);
        assert.equal(state.playhead, model.playhead);
        assert.deepEqual(state.running.map(({ cue }) => cue.key), model.running);
      }
      const marks = actions.filter(({ do: what }) => /^cue/.test(what))
        .map(({ frame, cue, do: what }) => ({ frame, cue, what }));
      assert.deepEqual(marks, model.marks);
    }),
    { numRuns: 300 },
  );
});

Deno.test("one step and many, and a state that was written and read again, give the same actions", () => {
  fc.assert(
    fc.property(randomList, scripts, (list, script) => {
      let [whole, cut] = [initialShowState(list), initialShowState(list)];
      const [long, short]: ShowAction[][] = [[], []];
      let frame = 0;
      for (const { after, event } of script) {
        for (let left = after; left > 0; left--) {
          const next = advanceShow(list, cut, { event: "time" }, frame + after - left);
          cut = JSON.parse(JSON.stringify(next.state));
          short.push(...next.actions);
        }
        frame += after;
        for (const [state, actions] of [[whole, long], [cut, short]] as const) {
          const before = JSON.stringify(state);
          const next = advanceShow(list, state, { event }, frame);
          assert.equal(JSON.stringify(state), before, "the state that is given is not changed");
          actions.push(...next.actions);
          if (actions === long) whole = next.state;
          else cut = next.state;
        }
      }
      assert.deepEqual(short, long);
      assert.deepEqual(cut, whole);
    }),
    { numRuns: 150 },
  );
});

Deno.test("no two sounds have one player at a time, and every player is let go", () => {
  fc.assert(
    fc.property(randomList, scripts, (list, script) => {
      let state = initialShowState(list);
      let frame = 0;
      for (const { after, event } of script) {
        state = advanceShow(list, state, { event }, frame += after).state;
        const players = state.running.flatMap(({ player }) => player ?? []);
        assert.equal(new Set(players).size, players.length);
      }
      state = advanceShow(list, state, { event: "panic" }, frame + 1).state;
      state = advanceShow(list, state, { event: "panic" }, frame + 1 + list.panic).state;
      assert.deepEqual(state.running, []);
      assert.equal(nextDue(state), undefined);
    }),
    { numRuns: 150 },
  );
});

Deno.test("auto-continue: the post-wait counts from the start of the cue, as in QLab's manual", () => {
  const stage = new Stage(listOf([
    { number: 1, play: "8s", continue: "auto-continue", postWaitSeconds: 3 },
    { number: 2, fade: 1, toDb: -12, continue: "auto-continue", postWaitSeconds: 1 },
    { number: 3, memo: "third" },
    { number: 4, memo: "not yet" },
  ])).at(0, "go").at(20);
  assert.deepEqual(stage.begins(), ["0 1", "3 2", "4 3"]);
  assert.equal(stage.state.playhead, "4");
});

Deno.test("auto-follow: the next cue starts when this one has completed, as in QLab's manual", () => {
  for (const [file, seconds] of [["3s", 3], ["8s", 8]] as const) {
    const stage = new Stage(listOf([
      { number: 10, play: file, continue: "auto-follow" },
      { number: 11, memo: "after it" },
    ])).at(0, "go").at(20);
    assert.deepEqual(stage.begins(), ["0 10", `${seconds} 11`]);
  }
});

Deno.test("a cue that is stopped is a gap in the chain: nothing follows it", () => {
  const stage = new Stage(listOf([
    { number: 1, play: "3s", continue: "auto-follow" },
    { number: 2, memo: "never" },
  ])).at(0, "go").at(1, { event: "stop", cue: "1" }).at(20);
  assert.deepEqual(stage.begins(), ["0 1"]);
});

Deno.test("sounds of one GO begin in the same frame, each with a player and its routes before it plays", () => {
  const list = listOf([{ group: [{ play: "1s" }, { play: "mono", outputs: ["rear"] }] }], {
    outputs: { foh: [1, 2], rear: { buses: [3, 4], gainDb: -3 } },
  });
  const stage = new Stage(list).at(1, "go");
  assert.deepEqual(stage.all("play").map(({ frame, player, file }) => ({ frame, player, file })), [
    { frame: 1_000, player: 1, file: "1s" },
    { frame: 1_000, player: 2, file: "mono" },
  ]);
  assert.deepEqual(stage.all("route").map(({ routes }) => routes), [
    [{ channel: 1, bus: 1, gainDb: 0 }, { channel: 2, bus: 2, gainDb: 0 }],
    [{ channel: 1, bus: 3, gainDb: -3 }, { channel: 1, bus: 4, gainDb: -3 }],
  ]);
  const first = stage.actions.filter((action) => "player" in action && action.player === 1);
  assert.deepEqual(first.map(({ do: what }) => what), ["route", "rate", "slice", "level", "play"]);
});

Deno.test("a second GO within the guard is ignored and told, and the first after it is not", () => {
  const stage = new Stage(listOf([{ memo: "a" }, { memo: "b" }, { memo: "c" }], { goGuardSeconds: 0.5 }));
  stage.at(0, "go").at(0.4, "go").at(0.499, "go").at(0.5, "go").at(2, "go").at(3, "go");
  assert.deepEqual(stage.begins(), ["0 /memo a", "0.5 /memo b", "2 /memo c"]);
  assert.deepEqual(stage.said("notice"), ["0.4 null notice", "0.499 null notice", "3 null notice"]);
  assert.match(stage.all("notice")[2].text, /end/);
});

Deno.test("panic fades everything over its time; twice, everything is silent at once", () => {
  const cues: CueInput[] = [{ group: [{ play: "8s" }, { wait: 5 }, { note: 60, seconds: 9 }] }, {
    play: "8s",
  }];
  const once = new Stage(listOf(cues, { panicSeconds: 2 })).at(0, "go").at(1, "panic");
  assert.deepEqual(once.all("stop").map(({ frame, frames }) => [frame, frames]), [[1_000, 2_000]]);
  assert.deepEqual(once.said("noteOff"), ["1 /note 60 noteOff"]);
  assert.equal(once.state.running.length, 2);
  once.at(3);
  assert.deepEqual(once.state.running, []);
  assert.deepEqual(once.all("panic"), []);
  const twice = new Stage(listOf(cues, { panicSeconds: 2 })).at(0, "go").at(1, "panic").at(1.5, "panic");
  assert.deepEqual(twice.all("stop").map(({ frame, frames }) => [frame, frames]), [[1_000, 2_000], [
    1_500,
    0,
  ]]);
  assert.deepEqual(twice.said("panic"), ["1.5 null panic"]);
  assert.deepEqual(twice.state.running, []);
  // the show goes on where it was
  assert.equal(twice.at(2, "go").all("play").length, 2);
});

Deno.test("a pause holds waits, ends and fades, and resume goes on with what was left", () => {
  const stage = new Stage(listOf([
    { number: 1, play: "8s", continue: "auto-continue", postWaitSeconds: 1 },
    { number: 2, fade: 1, toDb: -20, seconds: 4, curve: "decibel", continue: "auto-follow" },
    { number: 3, memo: "after the fade" },
  ])).at(0, "go").at(3, "pause").at(13, "resume").at(40);
  assert.deepEqual(stage.begins(), ["0 1", "1 2", "15 3"]);
  assert.deepEqual(stage.said("pause", "resume", "cueEnds").slice(0, 3), [
    "3 1 pause",
    "13 1 resume",
    "15 2 cueEnds",
  ]);
  assert.ok(stage.said("cueEnds").includes("18 1 cueEnds"));
  assert.deepEqual(stage.all("level").map(({ frame, toDb, frames }) => [frame, toDb, frames]), [
    [0, 0, 0],
    [1_000, -20, 4_000],
    [3_000, -10, 0],
    [13_000, -20, 2_000],
  ]);
});

Deno.test("a fade stops its cue at its end, unless a later fade has taken the level", () => {
  const cues: CueInput[] = [
    { number: 1, play: "8s" },
    { number: 2, fade: 1, seconds: 2, thenStop: true },
    { number: 3, fade: 1, toDb: 0, seconds: 1 },
  ];
  const out = new Stage(listOf(cues)).at(0, "go").at(1, "go").at(7);
  assert.deepEqual(out.said("stop"), ["3 1 stop"]);
  assert.equal(out.all("level")[1].toDb, null);
  const saved = new Stage(listOf(cues)).at(0, "go").at(1, "go").at(2, "go").at(7);
  assert.deepEqual(saved.said("stop"), []);
});

Deno.test("a stopped cue fades as it says, a stop cue may say otherwise, and neither lasts beyond its end", () => {
  const cues: CueInput[] = [{ number: 1, play: "3s", fadeOutSeconds: 1 }, { number: 2, stop: 1 }];
  const own = new Stage(listOf(cues)).at(0, "go").at(1, "go");
  assert.deepEqual(own.all("stop").map(({ frames }) => frames), [1_000]);
  const other = new Stage(listOf([cues[0], { stop: "all", seconds: 0.25 }])).at(0, "go").at(1, "go");
  assert.deepEqual(other.all("stop").map(({ frames }) => frames), [250]);
  const late = new Stage(listOf(cues)).at(0, "go").at(2.5, "go");
  assert.deepEqual(late.all("stop").map(({ frames }) => frames), [500]);
});

Deno.test("a paused group of which the last cue ends meanwhile ends when it is resumed", () => {
  const stage = new Stage(listOf([
    { number: 1, group: [{ number: 2, play: "8s", fadeOutSeconds: 1 }], continue: "auto-follow" },
    { number: 3, memo: "next" },
  ]));
  stage.at(0, "go").at(1, { event: "stop", cue: "2" }).at(1.5, "pause").at(5, "resume").at(9);
  assert.deepEqual(stage.begins(), ["0 1", "0 2", "5 3"]);
});

Deno.test("slices play their counts, a vamp until it is told to go on, and then to the end of its pass", () => {
  const stage = new Stage(listOf([
    {
      ...{ number: 1, play: "8s", rate: 2, continue: "auto-follow" },
      slices: [{ startSeconds: 1, endSeconds: 2, count: 3 }, {
        startSeconds: 4,
        endSeconds: 5,
        count: "forever",
      }],
    },
    { number: 2, memo: "after the file" },
    { number: 3, devamp: 1, continue: "auto-follow" },
    { number: 4, memo: "at the end of the slice" },
  ])).at(0, "go").at(100);
  // 1 s + 3 passes + 2 s lead to the vamp, twice as fast: it begins at 3 s, each pass takes 0.5 s
  assert.deepEqual(stage.begins(), ["0 1"]);
  stage.at(100.2, "go").at(200);
  assert.deepEqual(stage.begins(), ["0 1", "100.2 3", "100.5 4", "102 2"]);
  assert.deepEqual(stage.said("devamp"), ["100.2 1 devamp"]);
});

Deno.test("a loaded cue begins at its place, and once", () => {
  const stage = new Stage(listOf([{ number: 1, play: "8s", startSeconds: 1 }]));
  stage.at(0, { event: "load", cue: "1", frames: 2_000 }).at(0, "go").at(9);
  assert.deepEqual(stage.all("arm").map(({ position }) => position), [3_000]);
  assert.deepEqual(stage.all("play").map(({ position, end }) => [position, end]), [[3_000, 8_000]]);
  assert.deepEqual(stage.said("cueEnds"), ["5 1 cueEnds"]);
  stage.at(10, { event: "start", cue: "1" });
  assert.deepEqual(stage.all("play").map(({ position }) => position), [3_000, 1_000]);
});

Deno.test("back, next and jump move the playhead, go to does from a cue, and what GO would play there is armed", () => {
  const stage = new Stage(listOf([
    { number: 1, play: "1s" },
    { number: 2, play: "3s", continue: "auto-continue" },
    { number: 3, group: [{ number: 3.1, play: "8s" }, { number: 3.2, wait: 1 }] },
    { number: 4, goTo: 1 },
  ])).at(0, "next");
  assert.deepEqual(stage.all("arm").map(({ file }) => file), ["3s", "8s"]);
  assert.equal(stage.at(0, "back").state.playhead, "1");
  assert.equal(stage.at(0, "back").state.playhead, "1");
  assert.equal(stage.at(0, { event: "jump", cue: "3.2" }).state.playhead, "3.2");
  assert.equal(stage.at(0, "next").state.playhead, "4");
  assert.equal(stage.at(0, "go").state.playhead, "1");
  assert.deepEqual(stage.at(0, { event: "jump", cue: "no" }).said("notice"), ["0 null notice"]);
});

Deno.test("a disarmed cue keeps its waits and its place in the chain, and does nothing else", () => {
  const stage = new Stage(listOf([
    { number: 1, disarm: 2, continue: "auto-continue" },
    { number: 2, play: "8s", preWaitSeconds: 1, continue: "auto-follow" },
    { number: 3, arm: 2 },
    { number: 4, start: 2 },
  ])).at(0, "go").at(5);
  assert.deepEqual(stage.begins(), ["0 1", "1 3"]);
  assert.deepEqual(stage.at(6, "go").at(9).begins(), ["0 1", "1 3", "6 4", "7 2"]);
});

Deno.test("a playlist crossfades, goes round as often as it says, and in an order of the seed", () => {
  const group = {
    ...{ number: 1, mode: "playlist", loops: 2 } as const,
    group: [{ play: "3s" }, { play: "8s" }],
  };
  const stage = new Stage(
    listOf([{ ...group, crossfadeSeconds: 1, continue: "auto-follow" }, { memo: "end" }]),
  );
  stage.at(0, "go").at(60);
  assert.deepEqual(stage.all("play").map(({ frame, file }) => [frame / 1_000, file]), [
    [0, "3s"],
    [2, "8s"],
    [9, "3s"],
    [11, "8s"],
  ]);
  assert.deepEqual(stage.said("cueEnds").at(-2), "19 1 cueEnds");
  assert.deepEqual(stage.begins().at(-1), "19 /memo end");
  const order = (seed: number) => {
    const list = listOf([{ ...group, loops: 10, shuffle: true }], { seed });
    return new Stage(list).at(0, "go").at(200).all("play").map(({ file }) => file).join();
  };
  assert.equal(order(5), order(5));
  assert.notEqual(order(5), order(6));
});

Deno.test("a random group plays each of its cues once before one comes again", () => {
  const names = ["a", "b", "c", "d"];
  const stage = new Stage(listOf([{ number: 1, mode: "random", group: names.map((memo) => ({ memo })) }]));
  for (let time = 0; time < 12; time++) stage.at(time, { event: "start", cue: "1" });
  const drawn = stage.begins().filter((text) => text.includes("memo")).map((text) => text.at(-1)!);
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(drawn.slice(round * 4, round * 4 + 4).sort(), names);
  }
});

Deno.test("OSC, MIDI, notes, parameters and patches are actions in the frame of their cue", () => {
  const stage = new Stage(listOf([{
    group: [
      { osc: "/go", arguments: [1, 0.5, "x", true, { float: 2 }] },
      { midi: [0xf0, 1, 0xf7], preWaitSeconds: 0.5 },
      { note: 60, instrument: "keys", seconds: 2 },
      { fade: "/keys/cutoffHz", to: 900, seconds: 3 },
      { patch: "piano" },
    ],
  }], { destinations: { desk: { host: "h", port: 1 }, lights: { midiPort: "p" } } })).at(1, "go").at(9);
  assert.deepEqual(stage.said("sendOsc", "sendMidi", "noteOn", "noteOff", "parameter", "loadPatch"), [
    "1 /osc /go sendOsc",
    "1 /note 60 noteOn",
    "1 /fade /keys/cutoffHz parameter",
    "1 /patch piano loadPatch",
    "1.5 /midi f0 01 f7 sendMidi",
    "3 /note 60 noteOff",
  ]);
  assert.equal(stage.all("sendOsc")[0].destination, "desk");
});

Deno.test("a loop without time is broken and told, and the rest of the show goes on", () => {
  const list = listOf([
    { number: 1, memo: "a", continue: "auto-continue" },
    { number: 2, start: 1 },
    { number: 3, play: "1s" },
  ]);
  const stage = new Stage(list).at(0, "go").at(1, "go");
  assert.match(stage.all("notice").at(-1)!.text, /loop without time/);
  assert.equal(stage.all("play").length, 1);
  assert.deepEqual(loopsWithoutTime(list), [["1", "2"]]);
  const round = listOf([{ mode: "playlist", loops: "forever", group: [{ memo: "x" }, { memo: "y" }] }]);
  assert.deepEqual(loopsWithoutTime(round), [["/memo x", "/memo y"]]);
  assert.deepEqual(
    loopsWithoutTime(listOf([{ number: 1, wait: 1, continue: "auto-follow" }, { start: 1 }])),
    [],
  );
  assert.equal(leastFrames(list, list.cues["3"]), 1_000);
});

Deno.test("more sounds than players: the last one is told, and has its turn when one is free", () => {
  const group = Array.from({ length: 33 }, () => ({ play: "3s" }));
  const stage = new Stage(listOf([{ group }, { number: 2, play: "1s" }])).at(0, "go").at(1, "go");
  assert.equal(stage.all("play").length, 32);
  assert.match(stage.all("notice")[0].text, /all 32 players are busy/);
  assert.equal(stage.at(3, { event: "start", cue: "2" }).all("play").length, 33);
});

Deno.test("a file of unknown length ends when its player says so", () => {
  const stage = new Stage(
    listOf([{ number: 1, play: "unknown", continue: "auto-follow" }, { memo: "next" }]),
  );
  stage.at(0, "go").at(50, { event: "ended", player: 1 });
  assert.deepEqual(stage.begins(), ["0 1", "50 /memo next"]);
});

Deno.test("an input that falls silent starts its cues in one step, is remembered, and told", () => {
  const list = listOf([{ number: 1, wait: 1 }, { number: 2, wait: 1 }]);
  const silent = { event: "input", input: "studio", isSilent: true, cues: ["2"] } as const;
  const { state, actions } = advanceShow(list, initialShowState(list), silent, 500);
  assert.deepEqual(state.silentInputs, ["studio"]);
  assert.deepEqual(state.running.map(({ cue }) => cue.key), ["2"]);
  assert.ok(actions.some((action) => action.do === "notice" && action.text === "input studio is silent"));
  const back = advanceShow(list, state, { ...silent, isSilent: false, cues: [] }, 900);
  assert.deepEqual([back.state.silentInputs, back.state.running.length], [[], 1]);
});

Deno.test("a cue of timecode plays it as a sound of one channel, for its time, and what is wrong with it is told", () => {
  const text = (cue: string) =>
    `{ "outputs": { "deck": [3] }, "inputs": { "studio": { "channels": [1, 3] } }, "cues": [${cue}] }`;
  const facts: ShowFacts = { sampleRateHz, files: {}, patches: {}, channels: 4, inputChannels: 2 };
  const problems = (cue: string) => checkShow(readShow(text(cue)), facts).map(({ text }) => text);
  const cue = `{ "number": 1, "timecode": "01:00:00:00", "outputs": "deck", "seconds": 90 }`;
  assert.deepEqual(problems(cue), [
    "input studio: there is no channel 3, because 2 are captured; set UNDERSTUDY_INPUT_CHANNELS=3",
  ]);
  const { show } = readShow(text(cue));
  assert.equal(cueSound(show!.cues[0]), "ltc:25/01:00:00:00");
  const { deed } = compileShow(show!, { sampleRateHz, media: {} }).cues["1"];
  assert.ok(deed.kind === "play");
  assert.deepEqual([deed.file, deed.parts], ["ltc:25/01:00:00:00", [{ from: 0, to: 90_000, count: 1 }]]);
  assert.deepEqual(deed.routes, [{ channel: 1, bus: 3, gainDb: 0 }]);
  const wrong = (cue: string, expected: RegExp) =>
    assert.ok(problems(cue).some((text) => expected.test(text)), cue);
  wrong(`{ "timecode": "01:00:00:00" }`, /add `outputs`/);
  wrong(
    `{ "timecode": "01:01:00:00", "rate": "29.97df", "outputs": "deck" }`,
    /no timecode 01:01:00:00 at 29.97df/,
  );
  wrong(`{ "timecode": "01:00:00:00", "outputs": "dek" }`, /did you mean "deck"/);
  wrong(
    `{ "wait": 1, "triggers": [{ "silent": "studo" }] }`,
    /there is no input "studo"; did you mean "studio"/,
  );
});

Deno.test("an edit keeps what plays as it was started, and what follows is that of the new list", () => {
  const before = listOf([
    { number: 1, play: "3s", continue: "auto-follow" },
    { number: 2, memo: "old" },
    { number: 3, memo: "third" },
  ]);
  const stage = new Stage(before).at(0, "go");
  stage.list = listOf([{ number: 1, play: "8s" }, { number: 9, memo: "new" }, { number: 3, memo: "third" }]);
  stage.state = changeShow(before, stage.list, stage.state);
  assert.equal(stage.state.playhead, "3");
  stage.at(20);
  assert.deepEqual(stage.begins(), ["0 1", "3 9"]);
  const gone = new Stage(before).at(0, "go");
  gone.list = listOf([{ memo: "all else is gone" }]);
  gone.state = changeShow(before, gone.list, gone.state);
  assert.equal(gone.state.playhead, null);
  assert.deepEqual(gone.at(20).said("cueEnds"), ["3 1 cueEnds"]);
});

Deno.test("running cues have what is left of them, in a pause as well, and the level that they have", () => {
  const stage = new Stage(
    listOf([{ number: 1, name: "rain", play: "8s", fadeInSeconds: 2, curve: "linear" }]),
  );
  stage.at(0, "go").at(1, "pause").at(5);
  const [view] = runningCues(stage.list, stage.state);
  assert.deepEqual({ ...view, levelDb: Math.round(view.levelDb!) }, {
    ...{
      key: "1",
      name: "rain",
      stage: "deed",
      isPaused: true,
      elapsedSeconds: 1,
      remainingSeconds: 7,
      levelDb: -6,
    },
  });
});

Deno.test("curves begin and end at their levels, and go in one direction", () => {
  for (const curve of ["linear", "s-curve", "equal-power", "decibel"] as const) {
    const ramp = { fromDb: null, toDb: -6, curve, at: 100, frames: 50 };
    const levels = Array.from({ length: 60 }, (_, index) => levelAt(ramp, 95 + index) ?? -Infinity);
    assert.equal(levels[5], -Infinity);
    assert.equal(levels[55], -6);
    for (const [index, level] of levels.entries()) {
      assert.ok(index === 0 || level >= levels[index - 1] - 1e-9, curve);
    }
  }
});

Deno.test("a place in a plan is where one comes by counting, and its rest is as long as what is left", () => {
  const part = fc.record({ length: fc.integer({ min: 1, max: 5 }), count: fc.integer({ min: 1, max: 4 }) });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.nat(100), (drawn, distance) => {
      let at = 0;
      const parts = drawn.map(({ length, count }) => ({ from: at, to: at += length, count }));
      const walked = parts.flatMap(({ from, to, count }) =>
        Array.from({ length: count }, () => Array.from({ length: to - from }, (_, index) => from + index))
          .flat()
      );
      assert.equal(planLength(parts), walked.length);
      assert.equal(placeAt(parts, distance)?.position, walked[distance]);
      const rest = planFrom(parts, distance);
      if (rest === undefined) return;
      const begun = rest.position - rest.parts[0].from;
      assert.equal(planLength(rest.parts)! - begun, walked.length - distance);
      const left = leaveLoop(parts, distance)!;
      const pass = walked.slice(distance).findIndex((frame, index) =>
        index > 0 && frame !== rest.position + index
      );
      if (pass > 0) assert.ok(left.end! <= distance + pass && left.end! > distance);
    }),
    { numRuns: 200 },
  );
});

Deno.test("neighbours in the list lead out of groups and into none", () => {
  const list = listOf([{ number: 1, group: [{ number: 2, wait: 1 }, { number: 3, wait: 1 }] }, {
    number: 4,
    wait: 1,
  }]);
  assert.equal(cueAfter(list, "3"), "4");
  assert.equal(cueAfter(list, "4"), null);
  assert.equal(cueBefore(list, "2"), "1");
  assert.equal(cueBefore(list, null), "4");
  assert.equal(follower(list, "3"), undefined);
  assert.deepEqual(cueSequence(list, "1"), ["1"]);
});

Deno.test("a cue without a name is called by what it does", () => {
  const { show } = readShow(
    '{ "cues": [{ "wait": 2 }, { "group": [{ "wait": 1 }] }, { "midi": [144, 60] }] }',
  );
  assert.deepEqual(show!.cues.map(cueTitle), ["wait 2 s", "simultaneous group of 1", "midi 90 3c"]);
});

function findings(show: string, facts: Partial<ShowFacts> = {}): string[] {
  const files = Object.fromEntries(Object.entries(media));
  return checkShow(readShow(show), { sampleRateHz, files, patches: {}, ...facts })
    .map(({ line, column, severity, text }) => `${line}:${column}: ${severity}: ${text}`);
}

Deno.test("everything that is missing or does not fit is in one list with its place", () => {
  const show = `{
  "outputs": { "foh": [1, 2, 9] },
  "routings": { "wide": [{ "output": "fo" }] },
  "cues": [
    { "number": 1, "play": "1s", "outputs": ["rear"], "startSeconds": 2 },
    { "number": 1, "play": "gone" },
    { "fade": 11, "toDb": 0 },
    { "fade": "/keys/cutoffHz", "toDb": 0 },
    { "fade": 5, "to": 1 },
    { "number": 5, "osc": "/x" },
    { "play": "3s", "slices": [{ "startSeconds": 2, "endSeconds": 1 }], "outputs": [{ "output": "foh", "to": 4, "from": 3 }] },
    { "devamp": 5 },
    { "patch": "nope" },
    { "group": [{ "wait": 1, "continue": "auto-follow" }], "shuffle": true },
    { "goTo": "all" },
    { "number": 7, "wait": "long" }, { "stop": 7 }
  ]
}`;
  const files = { ...media, gone: { problem: "there is no such file" } };
  assert.deepEqual(findings(show, { files, channels: 8, patches: { nope: "there is no patch nope" } }), [
    "2:23: warning: output foh: bus 9 has no channel of the device, which has 8; set UNDERSTUDY_CHANNELS",
    '3:26: mistake: routing wide: there is no output "fo"; did you mean "foh"?',
    '5:46: mistake: cue 1: there is no output "rear"; did you mean "foh"?',
    "5:71: mistake: cue 1: begins at 2 s, and 1s is 1.000 s long",
    "6:17: mistake: cue 1: the number is that of the cue in line 5; give one of them another",
    "6:28: mistake: cue 1: gone: there is no such file",
    '7:15: mistake: fade 11: there is no cue "11"; did you mean "1"?',
    "8:15: mistake: fade /keys/cutoffHz: expected the value at its end; add `to`",
    "8:41: mistake: fade /keys/cutoffHz: a parameter has a value and no level; write `to`",
    "9:15: mistake: fade 5: cue 5 plays no file, so it has no level to fade",
    "9:24: mistake: fade 5: a cue has a level; write `toDb`",
    '10:27: mistake: cue 5: expected one destination with a host, found 0; add one to `destinations`, such as { "desk": { "host": "192.168.1.20", "port": 8000 } }',
    "11:32: mistake: play 3s: slice 1 ends at 1 s, and begins at 2 s",
    "11:110: mistake: play 3s: the output foh has 3 channels, found 4",
    "11:121: mistake: play 3s: the file has 2 channels, found 3",
    "12:17: mistake: devamp 5: cue 5 plays no file, so it has no loop",
    "13:16: mistake: patch nope: there is no patch nope",
    "14:42: warning: wait 1 s: nothing follows a cue of a simultaneous group; remove `continue`",
    '14:71: mistake: simultaneous group of 1: only a playlist is shuffled; this group is "simultaneous"',
    '15:15: mistake: goTo all: there is no cue "all"; did you mean "1"?',
    '16:28: mistake: cue 7: wait: expected a number, found the text "long"',
  ]);
});

Deno.test("a sound file lies beside the show or below, and a MIDI message is whole", () => {
  const texts = (...cues: object[]) =>
    findings(JSON.stringify({ destinations: { lamp: { midiPort: "p" } }, cues }))
      .map((finding) => finding.slice(finding.indexOf("mistake: ") + 9));
  const outside = ["/etc/a.wav", "../a.wav", "a/../../a.wav", "C:\\a.wav", "..\\a.wav"];
  assert.deepEqual(
    texts(...outside.map((play) => ({ number: 1, play }))).filter((text) => text.includes("beside the show"))
      .length,
    outside.length,
  );
  assert.deepEqual(texts({ play: "1s" }, { play: "a/../1s" }, { play: "./1s" }), []);
  const midi = (...bytes: number[]) => texts({ number: 1, midi: bytes }).join();
  assert.equal(midi(60, 100), "cue 1: expected a status byte, 128 to 255, found 60");
  assert.equal(midi(0x90, 60), "cue 1: expected 2 data bytes behind 144, found 1");
  assert.equal(midi(0xC0, 1, 2), "cue 1: expected 1 data byte behind 192, found 2");
  assert.equal(midi(0xFA, 1), "cue 1: expected no data byte behind 250, found 1");
  assert.equal(
    midi(0x90, 60, 200),
    "cue 1: expected a data byte, 0 to 127, found 200; a cue sends one message",
  );
  assert.equal(midi(0xF0, 1), "cue 1: expected 247 at the end of a message that begins with 240");
  for (const bytes of [[0x90, 60, 1], [0xC0, 1], [0xF0, 0x7F, 1, 0xF7], [0xFA], [0xF2, 0, 0]]) {
    assert.equal(midi(...bytes), "", bytes.join());
  }
});

Deno.test("loops without time, and what waits for something that never ends, are found", () => {
  assert.deepEqual(
    findings(
      '{ "cues": [\n{ "number": 1, "memo": "x", "continue": "auto-follow" },\n{ "number": 2, "start": 1 }\n] }',
    ),
    ["2:1: mistake: cue 1: starts a loop without time: cue 1, then cue 2, and again; add a wait"],
  );
  const chain = (follow: (index: number) => string) =>
    `{ "cues": [${
      Array.from({ length: 10_000 }, (_, index) => `{ "number": ${index}, ${follow(index)} }`)
    }] }`;
  assert.deepEqual(findings(chain(() => '"memo": "x", "continue": "auto-continue"')), []);
  assert.match(
    findings(chain((index) => `"start": ${(index + 1) % 10_000}`)).join(),
    /cue 0, then cue 1, .*then cue 7, then 9992 more, and again; add a wait$/,
  );
  const rain =
    '{ "number": 1, "play": "8s", "loops": "forever", "continue": "auto-follow" }, { "memo": "x" }';
  assert.match(findings(`{ "cues": [${rain}] }`).join(), /^1:\d+: warning: cue 1: never ends by itself/);
  assert.deepEqual(findings(`{ "cues": [${rain}, { "devamp": 1 }] }`), []);
  assert.deepEqual(findings("{}"), ["1:1: warning: the show has no cues"]);
});

Deno.test("the timeline has one step for each GO, and says what it leaves running and where it goes on without end", () => {
  const steps = timeline(listOf([
    { number: 1, play: "8s", loops: "forever" },
    { number: 2, play: "3s", continue: "auto-follow" },
    { number: 3, stop: 1 },
    { number: 4, mode: "playlist", loops: "forever", group: [{ play: "1s" }] },
    { number: 5, goTo: 1 },
  ]));
  assert.deepEqual(steps.map(({ cue, frame, isCut }) => [cue, frame, isCut]), [
    ["1", 0, false],
    ["2", 300, false],
    ["4", 3_300, true],
    ["5", steps[3].frame, true],
  ]);
  assert.deepEqual(steps.map(({ running }) => running.map(({ key }) => key)[0]), ["1", undefined, "4", "4"]);
  assert.deepEqual(mediaOf({ sampleRateHz, patches: {}, files: { a: { problem: "x" } } }), {});
});

Deno.test("a cue says in one line what it does, and how long", () => {
  const source = JSON.stringify({
    cues: [{ number: 1, play: "3s", loops: 2, levelDb: -6 }, { fade: 1, toDb: -20 }],
  });
  const show = readShow(source).show!;
  assert.deepEqual(show.cues.map(cueText), ["play 3s, 2 times, -6 dB", "fade 1 to -20 dB over 5 s"]);
  const more = readShow(JSON.stringify({
    cues: [
      { number: 1, play: "3s", rate: 2 },
      { fade: 1, seconds: 4, thenStop: true },
      { name: "preset", memo: "doors shut" },
      { memo: "doors shut" },
    ],
  }));
  assert.deepEqual(more.show!.cues.map(cueText), [
    "play 3s, speed 2",
    "fade 1 out over 4 s, then stop it",
    "doors shut",
    "memo doors shut",
  ]);
  const list = compileShow(show, { sampleRateHz, media });
  assert.deepEqual(list.order.map((key) => cueLength(list, list.cues[key])), [6_000, 5_000]);
});
