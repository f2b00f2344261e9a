/**
 * What follows from an event at a frame. A pure function: the same list, state and events give the same actions, in one call or in
 * many. Nothing here reads a clock or draws a random number that the state does not hold. Main isolate.
 *
 * Each running cue has its own times. A step takes the earliest that is due, of those of one frame first what ends, then what
 * continues, then what begins, each in the order of the starts; so a player is free before the next cue of its frame needs one.
 */
import type { CueDeed, CueList } from "./cue_list.ts";
import { cueAfter, cueBefore, cueSequence, follower } from "./cue_order.ts";
import { levelAt } from "./level_ramp.ts";
import { nextDue } from "./next_due.ts";
import { leaveLoop, planFrom, planLength } from "./playback_plan.ts";
import { maxPlayers, type ShowAction, type ShowDeed } from "./show_action.ts";
import type { ShowEvent } from "./show_event.ts";
import type { RunningCue, ShowState } from "./show_state.ts";

/** Cues that start in one frame; more is a loop without time. */
const maxStartsInFrame = 1_000;

/** Levels from here down are silence. */
const silenceDb = -120;

export interface Advance {
  readonly state: ShowState;
  /** In the order in which they happen. */
  readonly actions: readonly ShowAction[];
}

/**
 * Brings a show to a frame, and lets an event happen there, after everything that is due.
 *
 * @param frame one before the frame of the state is taken as that
 */
export function advanceShow(list: CueList, state: ShowState, event: ShowEvent, frame: number): Advance {
  const run = new Run(list, structuredClone(state));
  run.advance(frame);
  run.happen(event);
  return { state: run.state, actions: run.actions };
}

type DeedOf<K extends CueDeed["kind"]> = Extract<CueDeed, { kind: K }>;

class Run {
  readonly actions: ShowAction[] = [];
  readonly #list: CueList;
  #starts = 0;

  constructor(list: CueList, readonly state: ShowState) {
    this.#list = list;
  }

  /** Everything that is due up to a frame, that frame included. */
  advance(frame: number): void {
    const last = Math.max(frame, this.state.frame);
    for (let due = nextDue(this.state); due !== undefined && due.frame <= last; due = nextDue(this.state)) {
      if (due.frame > this.state.frame) this.#moveTo(due.frame);
      if (due.moment === "ends") this.#end(due.cue);
      else if (due.moment === "continues") this.#continue(due.cue);
      else this.#begin(due.cue);
    }
    if (last > this.state.frame) this.#moveTo(last);
  }

  happen(event: ShowEvent): void {
    const { state } = this;
    switch (event.event) {
      case "time":
        return;
      case "go":
        this.#go();
        break;
      case "start":
        this.#start(event.cue, null);
        break;
      case "stop":
        this.#targets(event.cue ?? null).forEach((cue) => this.#stop(cue, null));
        break;
      case "pause":
        this.#targets(event.cue ?? null).forEach((cue) => this.#pause(cue));
        break;
      case "resume":
        this.#targets(event.cue ?? null).forEach((cue) => this.#resume(cue));
        break;
      case "panic":
        this.#panic();
        break;
      case "back":
        this.#movePlayhead(cueBefore(this.#list, state.playhead));
        break;
      case "next":
        if (state.playhead !== null) this.#movePlayhead(cueAfter(this.#list, state.playhead));
        break;
      case "jump":
        this.#jump(event.cue);
        break;
      case "devamp":
        this.#leaveLoops(null, this.#soundsOf(event.cue));
        break;
      case "arm":
      case "disarm":
        if (this.#isKnown(event.cue)) state.armed[event.cue] = event.event === "arm";
        else this.#notice(null, `there is no cue ${event.cue}`);
        break;
      case "load":
        this.#load(event.cue, event.frames);
        break;
      case "input":
        this.#input(event);
        break;
      case "ended": {
        const cue = state.running.find(({ player, stage }) => player === event.player && stage !== "preWait");
        if (cue !== undefined) this.#end(cue);
        break;
      }
    }
    this.advance(state.frame);
  }

  get #at(): number {
    return this.state.frame;
  }

  #moveTo(frame: number): void {
    this.state.frame = frame;
    this.#starts = 0;
  }

  #act(cue: RunningCue | null, deed: ShowDeed): void {
    this.actions.push({ frame: this.#at, cue: cue?.cue.key ?? null, ...deed });
  }

  #notice(cue: RunningCue | null, text: string): void {
    this.#act(cue, { do: "notice", text });
  }

  // the list and its playhead

  #go(): void {
    const { state } = this;
    const { goGuard } = this.#list;
    if (state.lastGo !== null && this.#at - state.lastGo < goGuard) {
      this.#notice(null, "GO was ignored: it came too soon after the one before");
      return;
    }
    state.lastGo = this.#at;
    const key = state.playhead;
    if (key === null) {
      this.#notice(null, "GO has nothing to start: the list is at its end");
      return;
    }
    this.#start(key, null);
    const last = cueSequence(this.#list, key).at(-1)!;
    this.#movePlayhead(cueAfter(this.#list, last));
  }

  #jump(key: string): void {
    if (this.#isKnown(key)) this.#movePlayhead(key);
    else this.#notice(null, `there is no cue ${key}`);
  }

  /** Moves the playhead, and arms the files that GO would play there. */
  #movePlayhead(key: string | null): void {
    if (key === this.state.playhead) return;
    this.state.playhead = key;
    if (key !== null) cueSequence(this.#list, key).forEach((each) => this.#armFiles(each));
  }

  #armFiles(key: string): void {
    const { deed } = this.#list.cues[key];
    if (deed.kind === "group") deed.children.forEach((child) => this.#armFiles(child));
    if (deed.kind !== "play") return;
    const place = planFrom(deed.parts, this.state.loaded[key] ?? 0);
    if (place === undefined) return;
    this.actions.push({
      ...{ frame: this.#at, cue: key, do: "arm", file: deed.file, position: Math.floor(place.position) },
    });
  }

  #load(key: string, frames: number): void {
    if (!this.#isKnown(key)) {
      this.#notice(null, `there is no cue ${key}`);
      return;
    }
    const { deed } = this.#list.cues[key];
    if (deed.kind !== "play") {
      this.#notice(null, `cue ${key} plays no file, so it cannot be loaded to a time`);
      return;
    }
    const rate = deed.rate;
    const distance = Math.max(0, frames) * rate;
    if (distance > 0) this.state.loaded[key] = distance;
    else delete this.state.loaded[key];
    this.#armFiles(key);
  }

  #input({ input, isSilent, cues }: Extract<ShowEvent, { event: "input" }>): void {
    const others = (this.state.silentInputs ?? []).filter((name) => name !== input);
    this.state.silentInputs = isSilent ? [...others, input] : others;
    this.#notice(null, isSilent ? `input ${input} is silent` : `input ${input} is back`);
    cues.forEach((key) => this.#start(key, null));
  }

  #isKnown(key: string): boolean {
    return Object.hasOwn(this.#list.cues, key);
  }

  // the life of a cue

  /** Whether the cue was started; one that runs already goes on, and one that is paused is resumed. */
  #start(key: string, parent: RunningCue | null, fadeIn = 0): boolean {
    if (!this.#isKnown(key)) {
      this.#notice(parent, `there is no cue ${key}`);
      return false;
    }
    if (this.#starts > maxStartsInFrame) return false;
    if (++this.#starts > maxStartsInFrame) {
      this.#notice(parent, `cue ${key} is part of a loop without time, which was broken here`);
      return false;
    }
    const cue = this.#list.cues[key];
    const running = this.state.running.find((each) =>
      each.cue.key === key && (each.stage === "preWait" || each.stage === "deed")
    );
    if (running !== undefined && cue.deed.kind !== "note") {
      if (running.pausedAt !== null) this.#resume(running);
      else this.#notice(running, `cue ${key} runs already`);
      return false;
    }
    this.state.running.push({
      ...{ id: this.state.nextId++, cue, parent: parent?.id ?? null, stage: "preWait" },
      ...{ startedAt: this.#at, deedAt: this.#at + cue.preWait, endsAt: null, continueAt: null },
      ...{ hasGoneOn: false, fadeIn, pausedAt: null, player: null, origin: 0, parts: [], level: null },
      ...{ holds: [], isOvertaken: false, queue: [], rounds: 0 },
    });
    return true;
  }

  #begin(cue: RunningCue): void {
    const { deed, continuation, postWait, key, armed } = cue.cue;
    cue.stage = "deed";
    if (continuation === "auto-continue" && this.#hasNext(cue)) cue.continueAt = this.#at + postWait;
    if (!(this.state.armed[key] ?? armed)) {
      cue.endsAt = this.#at;
      return;
    }
    this.#act(cue, { do: "cueBegins" });
    this.#perform(cue, deed);
  }

  #perform(cue: RunningCue, deed: CueDeed): void {
    cue.endsAt = this.#at;
    switch (deed.kind) {
      case "play":
        return this.#play(cue, deed);
      case "note": {
        const { note, velocity, instrument, frames } = deed;
        this.#act(cue, { do: "noteOn", id: cue.id, note, velocity, ...(instrument && { instrument }) });
        cue.endsAt = this.#at + frames;
        return;
      }
      case "patch":
        return this.#act(cue, { do: "loadPatch", patch: deed.patch });
      case "fade":
        return this.#fade(cue, deed);
      case "parameter": {
        const { address, to, frames, curve } = deed;
        this.#takeParameter(cue, address);
        this.#act(cue, { do: "parameter", address, to, frames, curve });
        cue.endsAt = this.#at + frames;
        return;
      }
      case "start":
        this.#start(deed.target, null);
        return;
      case "goTo":
        return this.#jump(deed.target);
      case "arm":
      case "disarm":
        this.state.armed[deed.target] = deed.kind === "arm";
        return;
      case "stop":
        return this.#others(cue, deed.target).forEach((other) => this.#stop(other, deed.fade));
      case "pause":
        return this.#others(cue, deed.target).forEach((other) => this.#pause(other));
      case "resume":
        return this.#others(cue, deed.target).forEach((other) => this.#resume(other));
      case "wait":
        cue.endsAt = this.#at + deed.frames;
        return;
      case "group":
        return this.#group(cue, deed);
      case "osc": {
        const { destination, address, arguments: values } = deed;
        return this.#act(cue, { do: "sendOsc", destination, address, arguments: values });
      }
      case "midi":
        return this.#act(cue, { do: "sendMidi", destination: deed.destination, bytes: deed.bytes });
      case "devamp":
        return this.#devamp(cue, deed);
      case "memo":
        return;
    }
  }

  /** A cue is over, or the fade that stopped it is. */
  #end(cue: RunningCue): void {
    if (cue.stage === "stopping") return this.#remove(cue);
    const { deed, continuation, postWait, armed, key } = cue.cue;
    if (this.state.armed[key] ?? armed) this.#act(cue, { do: "cueEnds" });
    if (deed.kind === "note") this.#act(cue, noteOff(cue, deed));
    if ((deed.kind === "fade" || deed.kind === "devamp") && deed.thenStop) this.#stopHeld(cue, deed.target);
    cue.stage = "postWait";
    cue.player = null;
    cue.endsAt = null;
    if (cue.continueAt !== null) return;
    const goesOn = !cue.hasGoneOn && this.#hasNext(cue) &&
      (continuation === "auto-follow" || this.#isLink(cue));
    if (goesOn && postWait > 0) cue.continueAt = this.#at + postWait;
    else if (goesOn) this.#continue(cue);
    else this.#remove(cue);
  }

  /** Whether something may follow the cue: in a group whose cues start together nothing does. */
  #hasNext(cue: RunningCue): boolean {
    return this.#runningCue(cue.parent) === undefined || this.#isLink(cue);
  }

  /** Whether the cue is one of a group whose cues play one after the other. */
  #isLink({ parent }: RunningCue): boolean {
    const deed = this.#runningCue(parent)?.cue.deed;
    return deed?.kind === "group" && (deed.mode === "sequence" || deed.mode === "playlist");
  }

  /** Starts what follows, once. */
  #continue(cue: RunningCue): void {
    cue.continueAt = null;
    cue.hasGoneOn = true;
    const group = this.#runningCue(cue.parent);
    if (group === undefined) {
      const next = follower(this.#list, cue.cue.key);
      if (next !== undefined) this.#start(next, null);
    } else if (this.#isLink(cue)) {
      const overlap = cue.stage === "deed" ? this.#fadeForNext(cue, group) : 0;
      this.#nextOfGroup(group, overlap);
    }
    if (cue.stage === "postWait") this.#remove(cue);
  }

  #remove(cue: RunningCue): void {
    const { state } = this;
    state.running = state.running.filter((each) => each !== cue);
    const group = this.#runningCue(cue.parent);
    if (group === undefined || state.running.some(({ parent }) => parent === group.id)) return;
    // a paused group ends when it is resumed
    if (group.stage === "stopping") this.#remove(group);
    else if (group.stage === "deed") group.endsAt = group.pausedAt ?? this.#at;
  }

  #runningCue(id: number | null): RunningCue | undefined {
    return id === null ? undefined : this.state.running.find((each) => each.id === id);
  }

  #childrenOf({ id }: RunningCue): RunningCue[] {
    return this.state.running.filter(({ parent }) => parent === id);
  }

  /** The running cues with a key; of null, all that no other one has started. */
  #targets(key: string | null): RunningCue[] {
    const found = this.state.running.filter(({ cue, parent }) =>
      key === null ? this.#runningCue(parent) === undefined : cue.key === key
    );
    if (key !== null && found.length === 0 && !this.#isKnown(key)) {
      this.#notice(null, `there is no cue ${key}`);
    }
    return found;
  }

  /** The targets of a cue without itself and the groups that it is in. */
  #others(self: RunningCue, key: string | null): RunningCue[] {
    if (key !== null) {
      return this.state.running.filter((each) => each !== self && each.cue.key === key);
    }
    const own = new Set<RunningCue>();
    for (let each: RunningCue | undefined = self; each; each = this.#runningCue(each.parent)) own.add(each);
    return this.state.running.filter((each) =>
      !own.has(each) && (each.parent === null || own.has(this.#runningCue(each.parent) ?? each))
    );
  }

  // sound

  #play(cue: RunningCue, deed: DeedOf<"play">): void {
    const distance = this.state.loaded[cue.cue.key] ?? 0;
    delete this.state.loaded[cue.cue.key];
    const rest = planFrom(deed.parts, distance);
    if (rest === undefined) {
      return this.#notice(cue, `${deed.file} ends before the place where it was to begin`);
    }
    const player = this.#freePlayer();
    if (player === undefined) return this.#notice(cue, `all ${maxPlayers} players are busy; stop a cue`);
    const { rate, levelDb, curve, routes } = deed;
    const fadeIn = deed.fadeIn || cue.fadeIn;
    const fromDb = fadeIn > 0 ? null : levelDb;
    cue.player = player;
    cue.origin = this.#at - distance / rate;
    cue.parts = deed.parts;
    cue.level = { fromDb, toDb: levelDb, curve, at: this.#at, frames: fadeIn };
    this.#act(cue, { do: "route", player, routes });
    this.#act(cue, { do: "rate", player, rate });
    this.#act(cue, { do: "slice", player, parts: rest.parts });
    this.#act(cue, { do: "level", player, fromDb, toDb: audible(levelDb), frames: fadeIn, curve });
    const end = deed.parts.at(-1)!.to;
    this.#act(cue, { do: "play", player, file: deed.file, position: rest.position, end });
    this.#setEnd(cue, deed);
  }

  /** The end of a file by its plan, and the crossfade before it. */
  #setEnd(cue: RunningCue, { rate }: DeedOf<"play">): void {
    const length = planLength(cue.parts);
    cue.endsAt = length === null ? null : frameAfter(cue.origin, length, rate);
    const group = this.#runningCue(cue.parent);
    const deed = group?.cue.deed;
    if (group === undefined || deed?.kind !== "group" || deed.crossfade === 0 || cue.hasGoneOn) return;
    if (group.queue.length === 0 && group.rounds === 0) return;
    cue.continueAt = cue.endsAt === null ? null : Math.max(this.#at, cue.endsAt - deed.crossfade);
  }

  #freePlayer(): number | undefined {
    const taken = new Set(this.state.running.map(({ player }) => player));
    for (let player = 1; player <= maxPlayers; player++) if (!taken.has(player)) return player;
    return undefined;
  }

  /** Fades a sound of a playlist out up to its end; the length of that is the fade of the next. */
  #fadeForNext(cue: RunningCue, { cue: { deed: group } }: RunningCue): number {
    const { deed } = cue.cue;
    if (group.kind !== "group" || group.crossfade === 0 || deed.kind !== "play" || cue.endsAt === null) {
      return 0;
    }
    const frames = cue.endsAt - this.#at;
    this.#moveLevel(cue, { toDb: silenceDb, frames, curve: deed.curve });
    return frames;
  }

  #moveLevel(
    cue: RunningCue,
    { toDb, frames, curve }: Pick<DeedOf<"fade">, "toDb" | "frames" | "curve">,
  ): void {
    const fromDb = this.#levelOf(cue);
    cue.level = { fromDb, toDb, curve, at: this.#at, frames };
    this.#act(cue, { do: "level", player: cue.player!, toDb: audible(toDb), frames, curve });
  }

  #levelOf({ level }: RunningCue): number | null {
    return level === null ? null : levelAt(level, this.#at);
  }

  #fade(cue: RunningCue, deed: DeedOf<"fade">): void {
    const sounding = this.#soundsOf(deed.target);
    if (sounding.length === 0) {
      this.#notice(cue, `cue ${deed.target} does not play, so there is nothing to fade`);
    }
    // the last fade of a level has it
    const taken = new Set(sounding.map(({ id }) => id));
    for (const other of this.state.running) {
      if (other.cue.deed.kind === "fade") other.holds = other.holds.filter((id) => !taken.has(id));
    }
    cue.holds = [...taken];
    sounding.forEach((sound) => this.#moveLevel(sound, deed));
    cue.endsAt = this.#at + deed.frames;
  }

  /** Running cues with a player that a target means: itself, or those in its group. */
  #soundsOf(key: string): RunningCue[] {
    const sounds = (cue: RunningCue): RunningCue[] => [
      ...(cue.player !== null && cue.stage === "deed" ? [cue] : []),
      ...this.#childrenOf(cue).flatMap(sounds),
    ];
    return this.state.running.filter(({ cue }) => cue.key === key).flatMap(sounds);
  }

  /** An earlier fade of the same parameter has it no longer. */
  #takeParameter(cue: RunningCue, address: string): void {
    for (const other of this.state.running) {
      const { deed } = other.cue;
      if (other !== cue && deed.kind === "parameter" && deed.address === address) other.isOvertaken = true;
    }
  }

  #stopHeld(cue: RunningCue, target: string): void {
    if (cue.holds.length === 0) return;
    const groups = this.state.running.filter((each) =>
      each.cue.key === target && each.cue.deed.kind === "group"
    );
    const held = cue.holds.flatMap((id) => this.#runningCue(id) ?? []);
    (groups.length > 0 ? groups : held).forEach((each) => this.#stop(each, 0));
  }

  #devamp(cue: RunningCue, deed: DeedOf<"devamp">): void {
    const sounding = this.#soundsOf(deed.target);
    if (sounding.length === 0) this.#notice(cue, `cue ${deed.target} does not play, so it is in no loop`);
    this.#leaveLoops(cue, sounding);
  }

  /** Lets sounds leave their loops; `cue` is the devamp that waits for them, if one does. */
  #leaveLoops(cue: RunningCue | null, sounding: readonly RunningCue[]): void {
    for (const sound of sounding) {
      const play = sound.cue.deed;
      if (play.kind !== "play") continue;
      const left = leaveLoop(sound.parts, ((sound.pausedAt ?? this.#at) - sound.origin) * play.rate);
      if (left === undefined) continue;
      sound.parts = left.parts;
      this.#setEnd(sound, play);
      this.#act(sound, { do: "devamp", player: sound.player! });
      cue?.holds.push(sound.id);
      if (left.end === null || cue === null) continue;
      const end = frameAfter(sound.origin, left.end, play.rate) + (this.#at - (sound.pausedAt ?? this.#at));
      cue.endsAt = Math.max(cue.endsAt!, end);
    }
  }

  // groups

  #group(cue: RunningCue, deed: DeedOf<"group">): void {
    cue.endsAt = null;
    cue.rounds = deed.rounds === null ? null : deed.rounds - 1;
    if (deed.mode === "simultaneous") deed.children.forEach((child) => this.#start(child, cue));
    else if (deed.mode === "random") this.#start(this.#draw(cue.cue.key, deed.children), cue);
    else {
      cue.queue = this.#round(deed);
      this.#nextOfGroup(cue, 0);
    }
    if (this.#childrenOf(cue).length === 0) cue.endsAt = this.#at;
  }

  #round({ children, shuffle }: DeedOf<"group">): string[] {
    const round = [...children];
    if (!shuffle) return round;
    for (let last = round.length - 1; last > 0; last--) {
      const other = this.#random(last + 1);
      [round[last], round[other]] = [round[other], round[last]];
    }
    return round;
  }

  /** Starts the next one of a sequence or playlist, in the next round where this one is over. */
  #nextOfGroup(group: RunningCue, fadeIn: number): void {
    const { deed } = group.cue;
    if (deed.kind !== "group" || group.stage !== "deed") return;
    for (let tries = 0; tries < deed.children.length; tries++) {
      if (group.queue.length === 0) {
        if (group.rounds === 0) return;
        if (group.rounds !== null) group.rounds--;
        group.queue = this.#round(deed);
      }
      if (this.#start(group.queue.shift()!, group, fadeIn)) return;
    }
  }

  /** One at random that has not had its turn since all had it. */
  #draw(key: string, children: readonly string[]): string {
    const left = this.state.pools[key] ?? [];
    const pool = left.length > 0 ? left : [...children];
    const [drawn] = pool.splice(this.#random(pool.length), 1);
    this.state.pools[key] = pool;
    return drawn;
  }

  /** A whole number below a bound, by Mulberry32 (Tommy Ettinger, 2017). */
  #random(bound: number): number {
    this.state.random = (this.state.random + 0x6d2b79f5) >>> 0;
    let mixed = this.state.random;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 * bound);
  }

  // stopping and pausing

  /** @param fade frames; null: that of each cue */
  #stop(cue: RunningCue, fade: number | null): void {
    const { deed } = cue.cue;
    if (deed.kind === "group") return this.#stopGroup(cue, fade);
    if (cue.stage === "stopping") return this.#hasten(cue, fade);
    this.#act(cue, { do: "cueStops" });
    this.#breakChain(cue);
    cue.continueAt = null;
    if (cue.stage === "deed") {
      if (cue.player !== null && deed.kind === "play") {
        return this.#stopSound(cue, deed, fade ?? deed.fadeOut);
      }
      if (deed.kind === "note") this.#act(cue, noteOff(cue, deed));
      this.#hold(cue);
    }
    this.#remove(cue);
  }

  #stopSound(cue: RunningCue, { curve }: DeedOf<"play">, wanted: number): void {
    const most = cue.endsAt === null ? Infinity : cue.endsAt - this.#at;
    // what is paused has no sound to fade
    const frames = cue.pausedAt === null ? Math.min(wanted, most) : 0;
    this.#act(cue, { do: "stop", player: cue.player!, frames, curve });
    if (frames === 0) return this.#remove(cue);
    cue.level = { fromDb: this.#levelOf(cue), toDb: silenceDb, curve, at: this.#at, frames };
    cue.stage = "stopping";
    cue.endsAt = this.#at + frames;
  }

  /** A sound that fades out already fades faster. */
  #hasten(cue: RunningCue, fade: number | null): void {
    const { deed } = cue.cue;
    if (fade === null || deed.kind !== "play" || cue.endsAt === null || this.#at + fade >= cue.endsAt) return;
    this.#stopSound(cue, deed, fade);
  }

  #stopGroup(group: RunningCue, fade: number | null): void {
    if (group.stage !== "stopping") {
      this.#act(group, { do: "cueStops" });
      this.#breakChain(group);
    }
    group.stage = "stopping";
    group.pausedAt = null;
    group.queue = [];
    group.rounds = 0;
    group.endsAt = null;
    group.continueAt = null;
    const children = this.#childrenOf(group);
    children.forEach((child) => this.#stop(child, fade));
    if (children.length === 0) this.#remove(group);
  }

  /** A sequence of which one cue is stopped goes no further. */
  #breakChain(cue: RunningCue): void {
    const group = this.#runningCue(cue.parent);
    if (group === undefined || group.stage !== "deed" || !this.#isLink(cue)) return;
    group.stage = "stopping";
    group.queue = [];
    group.rounds = 0;
    group.continueAt = null;
  }

  /** A fade that is stopped or paused leaves what it moves where it is. */
  #hold(cue: RunningCue): void {
    const { deed } = cue.cue;
    if (deed.kind === "fade") {
      for (const sound of this.#heldSounds(cue)) {
        this.#moveLevel(sound, { toDb: this.#levelOf(sound) ?? silenceDb, frames: 0, curve: deed.curve });
      }
    } else if (deed.kind === "parameter" && !cue.isOvertaken) {
      this.#act(cue, { do: "parameter", address: deed.address, to: null, frames: 0, curve: deed.curve });
    }
  }

  #heldSounds({ holds }: RunningCue): RunningCue[] {
    return holds.flatMap((id) => this.#runningCue(id) ?? []).filter(({ stage }) => stage === "deed");
  }

  #pause(cue: RunningCue): void {
    const { deed } = cue.cue;
    // a note has no place to go on from, and what fades out is on its way
    const goesOn = cue.stage === "stopping" || (deed.kind === "note" && cue.stage === "deed");
    if (cue.pausedAt === null && !goesOn) {
      cue.pausedAt = this.#at;
      if (cue.stage === "deed") {
        if (cue.player !== null) this.#act(cue, { do: "pause", player: cue.player });
        this.#hold(cue);
      }
    }
    this.#childrenOf(cue).forEach((child) => this.#pause(child));
  }

  #resume(cue: RunningCue): void {
    if (cue.pausedAt !== null) {
      const pause = this.#at - cue.pausedAt;
      cue.pausedAt = null;
      cue.deedAt += pause;
      cue.origin += pause;
      if (cue.endsAt !== null) cue.endsAt += pause;
      if (cue.continueAt !== null) cue.continueAt += pause;
      if (cue.stage === "deed") this.#goOn(cue);
    }
    this.#childrenOf(cue).forEach((child) => this.#resume(child));
  }

  #goOn(cue: RunningCue): void {
    const { deed } = cue.cue;
    if (cue.player !== null) this.#act(cue, { do: "resume", player: cue.player });
    if (deed.kind !== "fade" && deed.kind !== "parameter") return;
    const frames = cue.endsAt! - this.#at;
    if (deed.kind === "fade") {
      this.#heldSounds(cue).forEach((sound) => this.#moveLevel(sound, { ...deed, frames }));
    } else if (!cue.isOvertaken) {
      this.#act(cue, { do: "parameter", address: deed.address, to: deed.to, frames, curve: deed.curve });
    }
  }

  /** Everything fades out; a second time within that fade, everything is silent at once. */
  #panic(): void {
    const { state } = this;
    const isSecond = state.panicEnds !== null && this.#at < state.panicEnds;
    state.panicEnds = isSecond ? null : this.#at + this.#list.panic;
    const fade = isSecond ? 0 : this.#list.panic;
    this.#targets(null).forEach((cue) => this.#stop(cue, fade));
    if (isSecond || this.#list.panic === 0) this.#act(null, { do: "panic" });
  }
}

function noteOff(cue: RunningCue, { instrument }: DeedOf<"note">): ShowDeed {
  return { do: "noteOff", id: cue.id, ...(instrument && { instrument }) };
}

function audible(levelDb: number): number | null {
  return levelDb <= silenceDb ? null : levelDb;
}

/** The frame at which a distance is behind a file; errors of a division by the rate do not make it one later. */
function frameAfter(origin: number, distance: number, rate: number): number {
  return Math.ceil(origin + distance / rate - 1e-6);
}
