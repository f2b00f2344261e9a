/**
 * Plays a show: folds its events, and hands what follows from them to the log in advance, at exact frames, so that nothing of it waits
 * for this isolate, and a control process that is lost is back before it runs out. An event that changes what was handed over takes
 * it back from its frame on and hands over what is right now; renderers, session and render see that in the log alike.
 *
 * The state of the show is the fold of its events from a saved state on; what the log holds is never read for it. Main isolate.
 */
import { CommandRefusedError } from "../control/control.ts";
import type { ShowStatusView } from "../control/show_view.ts";
import {
  advanceShow,
  changeShow,
  type CueList,
  type Show,
  type ShowAction,
  type ShowEvent,
  type ShowState,
} from "../../show/mod.ts";
import { fadeFrames, fadeValue, type ParameterFade } from "./parameter_fades.ts";
import type { PlacedEvent, SavedShow } from "./saved_show.ts";
import { commandsOf, declickSeconds } from "./show_commands.ts";
import type { DueCommand, ShowHost, ShowServices, ShowSound } from "./show_host.ts";
import { soundsAgain } from "./sounds_again.ts";
import { statusView } from "./show_views.ts";

/** How far ahead is handed over, at least; at most twice as far. */
const horizonSeconds = 1;

/** Time between two values of a parameter that fades. */
const fadeStepSeconds = 0.02;

/** Time after which events are folded into the saved state: nothing can change them any more. */
const foldSeconds = 5;

/**
 * Events that are kept at most: each press computes them all again. A controller that is stuck must not hold the main isolate up;
 * what ends sound is taken beyond that.
 */
const maxEvents = 128;
const maxEndings = 32;

/** A hand-over stands in the log for longer than this, and a control process is replaced within it. */
const takeoverSeconds = 10;

/** Notices that are kept for the operator. */
const maxNotices = 20;

/** A show that was read, checked and compiled, with the files that it plays. */
export interface OpenedShow {
  readonly file: string;
  readonly text: string;
  readonly show: Show;
  readonly list: CueList;
  /** By the names that the show gives them. */
  readonly sounds: ReadonlyMap<string, ShowSound>;
}

export interface ShowPlayerOptions {
  readonly host: ShowHost;
  readonly services: ShowServices;
  /** Where it goes on; omitted: it begins. */
  readonly saved?: SavedShow;
  /** Whether the sound has stopped since; omitted: it went on. */
  readonly isRestart?: boolean;
  /** State of a show that has not begun. */
  readonly initial: (list: CueList, frame: number) => ShowState;
  readonly onChange: () => void;
}

export class ShowPlayer {
  opened: OpenedShow;
  readonly #host: ShowHost;
  readonly #services: ShowServices;
  readonly #onChange: () => void;
  readonly #horizon: number;
  readonly #declick: number;
  #revision = 1;
  /** The state before all {@link #events}. */
  #state: ShowState;
  #events: PlacedEvent[] = [];
  #serial = 0;
  /** Everything before this frame was handed over. */
  #handedFrame: number;
  /** Everything before this frame was told: begins and ends, messages, notices. */
  #toldFrame: number;
  /** What follows from state and events, as far as it was handed over. */
  #actions: readonly ShowAction[] = [];
  /** Fades of parameters, by frame and address, with the value at which each began. */
  readonly #fades = new Map<string, ParameterFade>();
  readonly #notices: { frame: number; text: string }[] = [];
  readonly #told = new Set<string>();
  #lastGo: { frame: number; key: string } | undefined;
  #problem: string | undefined;
  /** Whether the players have lost what they had. */
  #isSilenced = false;
  /** The block that was handed to may have been sealed by then. */
  #mayBeLate = false;
  /** The patch of a cue that is being loaded. */
  #loadingPatch: string | undefined;

  constructor(
    opened: OpenedShow,
    { host, services, saved, isRestart = false, initial, onChange }: ShowPlayerOptions,
  ) {
    this.opened = opened;
    this.#host = host;
    this.#services = services;
    this.#onChange = onChange;
    this.#horizon = horizonSeconds * host.sampleRateHz;
    this.#declick = Math.round(declickSeconds * host.sampleRateHz);
    const free = host.freeFrame();
    this.#state = saved?.state ?? initial(opened.list, free);
    this.#toldFrame = this.#handedFrame = free;
    if (saved !== undefined) this.#goOn(saved, free, isRestart);
    else this.#mayBeLate = true; // whatever else plays makes room
    this.#armAhead(this.#state.playhead);
    this.#keep();
    this.#refresh(free);
    if (saved?.loadingPatch !== undefined) this.#loadPatch(saved.loadingPatch);
  }

  get revision(): number {
    return this.#revision;
  }

  /** As `ShowControl.press`. */
  press(event: ShowEvent, { frame }: { readonly frame?: number } = {}): void {
    const before = this.#events;
    if (before.length >= maxEvents + (endsSound(event) ? maxEndings : 0)) {
      throw new CommandRefusedError(`a show takes ${maxEvents} presses within ${foldSeconds} s; send fewer`);
    }
    const at = Math.max(this.#host.freeFrame(), Math.round(frame ?? 0));
    const serial = ++this.#serial;
    const later = before.findIndex((other) => other.frame > at);
    const place = later < 0 ? before.length : later;
    this.#events = before.toSpliced(place, 0, { serial, frame: at, event });
    try {
      this.#keep();
      this.#refresh(at);
    } catch (error) {
      this.#events = before;
      this.#serial--;
      this.#keep();
      throw error;
    }
    this.#onChange();
  }

  /** Goes on with an edited show; what plays goes on as it was started. */
  change(opened: OpenedShow): void {
    const at = this.#host.freeFrame();
    const { state } = this.#fold(at - 1, at - 1);
    // events that are still to come stay
    this.#state = changeShow(this.opened.list, opened.list, state);
    this.#events = this.#events.filter(({ frame }) => frame >= at);
    for (const [name, sound] of this.opened.sounds) this.#armedBefore.set(name, sound);
    this.opened = opened;
    this.#revision++;
    this.#armAhead(this.#state.playhead);
    this.#keep();
    this.#refresh(at);
    this.#onChange();
  }

  /** For every tick: hands over more, tells what has come, sends what is due. */
  poll(): void {
    const played = this.#host.playedFrame();
    if (this.#mayBeLate || this.#handedFrame - played < this.#horizon) this.#extend();
    this.#tell(played + this.#host.blockFrames);
    if (played - this.#state.frame > foldSeconds * this.#host.sampleRateHz) this.#settle(played);
  }

  /** Whether nothing of this show plays, or is about to play, a file that its list does not name any more; if so it is forgotten. */
  forgets(path: string): boolean {
    const names = [...this.#armedBefore].flatMap(([name, sound]) => sound.path === path ? [name] : []);
    if (names.length === 0) return true; // of another show: nothing here can play it
    const played = this.#host.playedFrame();
    const { state } = this.#fold(played, played);
    const used = new Set([
      ...state.running.flatMap(({ cue: { deed } }) => deed.kind === "play" ? [deed.file] : []),
      ...this.#actions.flatMap((action) =>
        action.do === "play" && action.frame >= played ? [action.file] : []
      ),
    ]);
    if (names.some((name) => used.has(name))) return false;
    for (const name of names) this.#armedBefore.delete(name);
    return true;
  }

  /** Another show plays now: nothing of this one is kept any more. */
  end(): void {
    this.#loadingPatch = undefined;
  }

  /** The patch has another list of instruments and parameters: what was handed over meant those of the one before. */
  patchChanged(): void {
    this.#refresh(this.#host.freeFrame());
  }

  /** Renderers begin again with an untouched patch: what plays is begun again where it is. */
  restart(): void {
    this.#isSilenced = true;
    this.#notice(this.#host.playedFrame(), "all renderers began again: the sounds go on where they are");
    this.#refresh(this.#host.freeFrame());
    this.#onChange();
  }

  status(): ShowStatusView {
    const played = this.#host.playedFrame();
    // what was pressed is seen at once, though it is heard a little later
    const pressed = this.#events.findLast(({ frame }) => frame <= this.#host.freeFrame())?.frame ?? 0;
    const { state } = this.#fold(Math.max(played, pressed), Math.max(played, pressed));
    const sampleRateHz = this.#host.sampleRateHz;
    return statusView(this.opened.list, state, {
      ...{ played, sampleRateHz, notices: [...this.#notices], lastGo: this.#lastGo },
    });
  }

  /** What a restart, and a control process that takes over, go on from. */
  get saved(): SavedShow {
    const { file, text } = this.opened;
    return {
      ...{ file, text, revision: this.#revision, state: this.#state, events: this.#events },
      ...{ serial: this.#serial, toldFrame: this.#toldFrame, place: this.#host.place() },
      ...(this.#fades.size > 0 && { fades: [...this.#fades] }),
      ...(this.#loadingPatch !== undefined && { loadingPatch: this.#loadingPatch }),
    };
  }

  /** Takes over where another process has stopped, or where a restart begins. */
  #goOn(
    { events, serial, revision, toldFrame, fades = [] }: SavedShow,
    free: number,
    isRestart: boolean,
  ): void {
    this.#revision = revision;
    this.#serial = serial;
    const played = this.#host.playedFrame();
    this.#toldFrame = isRestart ? played : toldFrame;
    for (const [key, fade] of fades) this.#fades.set(key, fade);
    const before = this.#host.handedBefore();
    const isHanded = (event: PlacedEvent) => {
      if (before !== undefined) return event.serial <= before.serial;
      // the log holds none: either it never did, or what it held has made room long ago
      return event.frame < (isRestart ? played : played - takeoverSeconds * this.#host.sampleRateHz);
    };
    // one that never came to the log happens now or at its time; after a restart its sender was not answered
    this.#events = events.filter((event) => isHanded(event) || !isRestart)
      .map((event) => isHanded(event) ? event : { ...event, frame: Math.max(event.frame, free) })
      .toSorted((a, b) => a.frame - b.frame);
    if (before !== undefined) this.#handedFrame = Math.min(free, before.fromFrame + this.#horizon);
  }

  /** The state at a frame and everything that was done up to it, of events up to another frame. */
  #fold(frame: number, lastEvent: number): { state: ShowState; actions: ShowAction[] } {
    const actions: ShowAction[] = [];
    const { list } = this.opened;
    let state = this.#state;
    const step = (event: ShowEvent, at: number) => {
      const { playhead, lastGo } = state;
      const advance = advanceShow(list, state, event, at);
      state = advance.state;
      actions.push(...advance.actions);
      if (event.event === "go" && state.lastGo !== lastGo && playhead !== null) {
        this.#lastGo = { frame: at, key: playhead };
      }
    };
    for (const { frame: at, event } of this.#events) {
      if (at > lastEvent) break;
      step(event, at);
    }
    if (frame > state.frame) step({ event: "time" }, frame);
    return { state, actions };
  }

  /** Takes back what was handed over from a frame on, and hands over what is right. */
  #refresh(frame: number): void {
    const { blockFrames } = this.#host;
    const from = Math.max(this.#host.freeFrame(), Math.floor(frame / blockFrames) * blockFrames);
    this.#hand(from, true);
  }

  #extend(): void {
    const free = this.#host.freeFrame();
    try {
      this.#hand(Math.max(free, this.#handedFrame), this.#mayBeLate);
    } catch (error) {
      if (!(error instanceof CommandRefusedError)) throw error;
      if (this.#problem !== error.message) this.#host.warn(`the show waits: ${error.message}`);
      this.#problem = error.message;
    }
  }

  /** Hands over what is due from the first frame of a block on. `takesBack`: even where that is nothing. */
  #hand(from: number, takesBack: boolean): void {
    const until = from + this.#horizon;
    const { state, actions } = this.#fold(until - 1, until - 1);
    this.#actions = actions;
    const overdue = Math.min(this.#handedFrame, from);
    const due = actions.filter(({ frame }) => frame >= overdue);
    const keptFades = this.#fades.size;
    const commands = [
      ...(this.#isSilenced ? this.#soundsAt(from) : []),
      ...commandsOf(due, {
        sampleRateHz: this.#host.sampleRateHz,
        instruments: this.#host.control.instruments,
        fileOf: (name) => this.opened.sounds.get(name) ?? this.#armedBefore.get(name),
        onProblem: (frame, text) => this.#notice(frame, text),
      }),
      ...this.#fadeCommands(actions, overdue, until),
      ...(this.#mayBeLate ? this.#strayPlayers(state, from) : []),
    ].map(({ frame, command }) => ({ frame: Math.max(frame, from), command }))
      .toSorted((a, b) => a.frame - b.frame);
    // what a fade began from is not in the log: another process must know it before it is heard
    if (this.#fades.size > keptFades) this.#keep();
    if (takesBack || commands.length > 0) {
      this.#host.hand({ fromFrame: from, serial: this.#serial, commands });
      // the device may have moved on meanwhile, so that a renderer has sealed the first block before
      this.#mayBeLate = this.#host.freeFrame() - this.#host.blockFrames > from;
    }
    this.#isSilenced = false;
    this.#problem = undefined;
    this.#handedFrame = until;
  }

  /** Files of a show that was edited: what plays of them goes on. */
  readonly #armedBefore = new Map<string, ShowSound>();

  /** What should sound at a frame, begun there. */
  #soundsAt(frame: number): DueCommand[] {
    const { state } = this.#fold(frame - 1, frame - 1);
    return soundsAgain(state, frame, (name) => this.opened.sounds.get(name)).map((command) => ({
      frame,
      command,
    }));
  }

  /** Players that the show does not use, and that may have begun in a block that was sealed too early. */
  #strayPlayers({ running }: ShowState, frame: number): DueCommand[] {
    const used = new Set(running.map(({ player }) => player));
    return this.#host.control.players.filter(({ player }) => !used.has(player + 1)).map(({ player }) => ({
      frame,
      command: { kind: "player", player, what: "gate", open: false, frames: this.#declick, then: "stop" },
    }));
  }

  /** Values of parameters that fade between two frames. */
  #fadeCommands(actions: readonly ShowAction[], from: number, until: number): DueCommand[] {
    const { parameters, parameterValue } = this.#host.control;
    const step = Math.max(1, Math.round(fadeStepSeconds * this.#host.sampleRateHz));
    const running = new Map<string, ParameterFade>();
    for (const [key, fade] of this.#fades) if (key.startsWith("kept ")) running.set(fade.address, fade);
    const commands: DueCommand[] = [];
    const value = (fade: ParameterFade, first: number, last: number) => {
      const index = parameters.findIndex(({ address }) => `/${address}` === fade.address);
      if (index < 0) return this.#notice(fade.fromFrame, `the patch has no parameter ${fade.address}`);
      const { min, max } = parameters[index];
      for (const frame of fadeFrames(fade, step, Math.max(first, from), Math.min(last, until))) {
        const wanted = Math.min(max, Math.max(min, fadeValue(fade, frame)));
        commands.push({ frame, command: { kind: "set", parameter: index, value: wanted } });
      }
    };
    for (const action of actions) {
      if (action.do !== "parameter") continue;
      const { address, frame, to, frames, curve } = action;
      const before = running.get(address);
      if (before) value(before, before.fromFrame, frame);
      running.delete(address);
      if (to === null) continue;
      const key = `${frame} ${address}`;
      const index = parameters.findIndex((parameter) => `/${parameter.address}` === address);
      const start = this.#fades.get(key)?.from ??
        (before
          ? fadeValue(before, frame)
          : index < 0
          ? to
          : parameterValue.call(this.#host.control, index) ?? to);
      const fade = { address, fromFrame: frame, from: start, to, frames, curve };
      this.#fades.set(key, fade);
      running.set(address, fade);
    }
    for (const fade of running.values()) value(fade, fade.fromFrame, Infinity);
    return commands;
  }

  /** Folds what is long past into the state. */
  #settle(played: number): void {
    const at = played - 1;
    const { state, actions } = this.#fold(at, at);
    for (const action of actions) {
      if (action.do !== "parameter") continue;
      const fade = this.#fades.get(`${action.frame} ${action.address}`);
      this.#fades.delete(`kept ${action.address}`);
      if (fade && action.to !== null) this.#fades.set(`kept ${action.address}`, fade);
    }
    for (const [key, fade] of this.#fades) {
      const isPast = fade.fromFrame <= at && !key.startsWith("kept ");
      if (isPast || fade.fromFrame + fade.frames < at) this.#fades.delete(key);
    }
    this.#state = state;
    this.#events = this.#events.filter(({ frame }) => frame > at);
    this.#actions = this.#actions.filter(({ frame }) => frame > at);
    for (const key of this.#told) if (Number(key.slice(0, key.indexOf(" "))) <= at) this.#told.delete(key);
  }

  /** Tells and sends what was done before a frame. */
  #tell(until: number): void {
    if (until <= this.#toldFrame) return;
    const due = this.#actions.filter(({ frame }) => frame >= this.#toldFrame && frame < until);
    this.#toldFrame = until;
    let isSent = false;
    for (const action of due) {
      switch (action.do) {
        case "cueBegins":
        case "cueEnds":
        case "cueStops": {
          const what = action.do === "cueBegins" ? "begins" : action.do === "cueEnds" ? "ends" : "stops";
          this.#host.emit({ event: "showCue", key: action.cue ?? "", what, frame: action.frame });
          break;
        }
        case "notice":
          this.#notice(action.frame, action.text);
          break;
        case "loadPatch":
          isSent = true;
          this.#loadPatch(action.patch);
          break;
        case "sendOsc":
        case "sendMidi": {
          isSent = true;
          const { destination } = action;
          const known = Object.hasOwn(this.opened.show.destinations, destination)
            ? this.opened.show.destinations[destination]
            : undefined;
          if (known === undefined) this.#notice(action.frame, `there is no destination ${destination}`);
          else this.#attempt(this.#services.send(action, known), destination);
          break;
        }
        case "arm":
          this.#arm(action.file, action.position);
      }
    }
    if (due.length > 0) this.#onChange();
    if (isSent) this.#keep();
  }

  /** Loads the patch of a cue; a process that takes over meanwhile loads it too. */
  #loadPatch(patch: string): void {
    this.#loadingPatch = patch;
    const loading = this.#services.loadPatch(patch).finally(() => {
      if (this.#loadingPatch !== patch) return;
      this.#loadingPatch = undefined;
      this.#keep();
    });
    this.#attempt(loading, `patch ${patch}`);
  }

  #attempt(work: Promise<unknown>, name: string): void {
    work.catch((error: Error) => this.#notice(this.#host.playedFrame(), `${name}: ${error.message}`));
  }

  /** A notice of a frame is told once, however often what follows is computed. */
  #notice(frame: number, text: string): void {
    const key = `${frame} ${text}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#notices.push({ frame, text });
    if (this.#notices.length > maxNotices) this.#notices.shift();
    this.#host.emit({ event: "showNotice", text });
    this.#onChange();
  }

  /** Takes the beginnings of what GO would play into memory. */
  #armAhead(playhead: string | null): void {
    if (playhead === null) return;
    const { list } = this.opened;
    const { actions } = advanceShow(list, { ...this.#state, playhead: null }, {
      event: "jump",
      cue: playhead,
    }, this.#state.frame);
    for (const action of actions) if (action.do === "arm") this.#arm(action.file, action.position);
  }

  #arm(name: string, position: number): void {
    const file = this.opened.sounds.get(name);
    if (file === undefined) return;
    this.#attempt(this.#host.arm({ name, path: file.path }, position), name);
  }

  #keep(): void {
    this.#host.keep(this.saved);
  }
}

function endsSound({ event }: ShowEvent): boolean {
  return event === "panic" || event === "stop" || event === "pause";
}
