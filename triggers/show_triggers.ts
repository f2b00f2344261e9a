/**
 * Starts cues of the show that plays without GO: by the clock, by timecode that is chased, by MIDI, by an audio input that falls silent;
 * and obeys MIDI Show Control. What is known ahead is pressed ahead, for the frame at which it is due.
 *
 * The input is read here and in no thread of its own: it is in the shared memory for seconds with its frames, so a late look costs
 * accuracy nowhere, what follows is pressed here, and reading timecode takes 1 % of a core. Main isolate.
 */
import { CommandRefusedError, type EngineControl } from "../engine/control/control.ts";
import type { ShowControl } from "../engine/control/show_control.ts";
import type { ShowListView } from "../engine/control/show_view.ts";
import type { SharedMemory } from "../engine/memory/shared_memory.ts";
import type { Log } from "../foundation/logging.ts";
import { isForDevice, readShowControl } from "../midi/show_control.ts";
import { showControlEvents } from "../midi/show_control_events.ts";
import { keyEvent, type ShowKeys } from "../midi/show_keys.ts";
import { readShow } from "../show/file/read_show.ts";
import type { WatchedInput } from "../show/file/show_file.ts";
import type { ShowEvent } from "../show/playing/show_event.ts";
import { clockTimes } from "../show/triggers/clock_times.ts";
import { type InputChange, InputSilence } from "../show/triggers/input_silence.ts";
import { TimecodeTimes } from "../show/triggers/timecode_times.ts";
import {
  cuesOfInput,
  cuesOfMidi,
  type TriggeredCues,
  triggeredCues,
} from "../show/triggers/triggered_cues.ts";
import { InputFollower, type InputListener } from "./input_follower.ts";
import { TimecodeFollower, type TimecodeFollowerOptions, type TimecodeStatus } from "./timecode_follower.ts";

export interface ShowTriggersOptions extends Omit<TimecodeFollowerOptions, "sampleRateHz"> {
  readonly engine: Pick<EngineControl, "show" | "frameAt" | "observe"> & { readonly memory: SharedMemory };
  /** Device id of MIDI Show Control; undefined: it is not obeyed. */
  readonly mscDevice?: number;
  readonly keys?: ShowKeys;
  /** Input channel that carries linear timecode, from 1 on. */
  readonly timecodeInput: number;
  readonly log: Log;
  /** Milliseconds since 1970, and of the monotonic clock. */
  readonly unixMs?: () => number;
  readonly nowMs?: () => number;
}

/** What the inputs of the show give, by their names, for `/status`. */
export type InputStates = Readonly<Record<string, "sound" | "silent">>;

/** Time between two looks at the clock and the chase, in milliseconds. */
const lookMs = 10;

/** Triggers are pressed this much before they are due, beside the lead of the renderers. */
const marginMs = 50;

/** A time of day that was missed by more than this, because the machine slept or its clock was set, starts nothing. */
const latestMs = 10_000;

/** Each reason for a refusal is logged once, up to this many. */
const maxNotices = 32;

const noTriggers: TriggeredCues = { clock: [], timecode: [], midi: [], inputs: [] };

/** Events that are due at a frame of the engine, and what they come from. */
interface Due {
  readonly source: string;
  readonly events: readonly ShowEvent[];
  readonly frame: number;
}

export class ShowTriggers implements InputListener {
  readonly #options: ShowTriggersOptions;
  readonly #unixMs: () => number;
  readonly #nowMs: () => number;
  readonly #timecode: TimecodeFollower;
  readonly #follower: InputFollower;
  readonly #noticed = new Set<string>();
  #list: ShowListView | undefined;
  #triggers = noTriggers;
  #times: TimecodeTimes;
  #inputs: ReadonlyMap<string, InputSilence> = new Map();
  /** What inputs have started, until the log has room for it. */
  #due: Due[] = [];
  #clockMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopObserving: (() => void) | undefined;

  constructor(options: ShowTriggersOptions) {
    const { engine, rate, unixMs = Date.now, nowMs = () => performance.now() } = options;
    this.#options = options;
    this.#unixMs = unixMs;
    this.#nowMs = nowMs;
    this.#timecode = new TimecodeFollower({ ...options, sampleRateHz: engine.memory.geometry.sampleRateHz });
    this.#follower = new InputFollower(engine.memory);
    this.#times = new TimecodeTimes(noTriggers, rate);
    this.#clockMs = unixMs();
  }

  /** Looks from the first show on; without one each look would wake the main isolate for nothing. */
  begin(): void {
    const { engine } = this.#options;
    this.#stopObserving = engine.observe(({ event }) => event === "showList" && this.#beginLooks());
    if (engine.show !== undefined || this.#options.source !== "off") this.#beginLooks();
  }

  /** Ends what {@link begin} began. */
  stop(): void {
    this.#stopObserving?.();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get isLooking(): boolean {
    return this.#timer !== undefined;
  }

  #beginLooks(): void {
    this.#timer ??= setInterval(() => this.poll(), lookMs);
  }

  get status(): { readonly timecode: TimecodeStatus; readonly inputs: InputStates } {
    return {
      timecode: this.#timecode.status(this.#options.engine.frameAt({ monotonicMs: this.#nowMs() })),
      inputs: Object.fromEntries(
        [...this.#inputs].map(([name, { isSilent }]) => [name, isSilent ? "silent" : "sound"]),
      ),
    };
  }

  /**
   * Takes in a channel message; returns whether it is the show's, and so not the patch's.
   *
   * @param monotonicMs when it was played
   */
  channelMessage(status: number, first: number, second: number, monotonicMs: number): boolean {
    const show = this.#show();
    if (show === undefined) return false;
    const event = this.#options.keys && keyEvent(this.#options.keys, status, first);
    const cues = cuesOfMidi(this.#triggers, status, first, second);
    const isBegin = status >> 4 !== 8 && (status >> 4 !== 9 || second > 0);
    const events: ShowEvent[] = [
      ...(event !== undefined && isBegin ? [event] : []),
      ...cues.map((cue): ShowEvent => ({ event: "start", cue })),
    ];
    if (events.length > 0) {
      this.#press(show, { source: "MIDI", events, frame: this.#options.engine.frameAt({ monotonicMs }) });
    }
    return event !== undefined || cues.length > 0;
  }

  /** Takes in a system message: timecode, or show control. */
  systemMessage(bytes: readonly number[], monotonicMs: number): void {
    const { source, mscDevice, engine } = this.#options;
    if (source === "mtc") this.#timecode.message(bytes, engine.frameAt({ monotonicMs }));
    if (mscDevice === undefined) return;
    const message = readShowControl(bytes);
    const show = this.#show();
    if (message === undefined || show === undefined || !isForDevice(message, mscDevice)) return;
    this.#attempt("MIDI Show Control", () => {
      const events = showControlEvents(message, show);
      const frame = show.frameOf(engine.frameAt({ monotonicMs }));
      for (const event of events) show.press(event, { frame });
    });
  }

  /** Presses what is due soon. */
  poll(): void {
    const show = this.#show();
    const { engine, source } = this.#options;
    const { memory } = engine;
    if (source === "ltc" || this.#inputs.size > 0) this.#follower.poll(this);
    const fromMs = this.#clockMs;
    const unixMs = this.#unixMs();
    const { blockFrames, sampleRateHz } = memory.geometry;
    const aheadMs = marginMs + memory.lookaheadBlocks() * blockFrames * 1_000 / sampleRateHz;
    // a clock that was set back starts nothing twice within the time that is looked ahead
    this.#clockMs = unixMs + aheadMs;
    if (show === undefined) return;
    const afterMs = Math.max(fromMs > this.#clockMs ? this.#clockMs - lookMs : fromMs, unixMs - latestMs);
    for (const { key, unixMs } of clockTimes(this.#triggers, afterMs, this.#clockMs)) {
      const events: ShowEvent[] = [{ event: "start", cue: key }];
      this.#press(show, { source: "the clock", events, frame: engine.frameAt({ unixMs }) });
    }
    this.#due = this.#due.filter((due) => !this.#press(show, due));
    if (source !== "off") this.#followTimecode(show, aheadMs * sampleRateHz / 1_000);
  }

  /** As {@link InputListener}. */
  hear(channels: readonly Float32Array[], firstFrame: number): void {
    const { source, timecodeInput } = this.#options;
    const timecode = channels[timecodeInput - 1];
    if (source === "ltc" && timecode !== undefined) this.#timecode.hear(timecode, firstFrame);
    for (const [name, input] of this.#inputs) {
      const change = input.push(channels, firstFrame);
      if (change !== undefined) this.#changed(name, change);
    }
  }

  /** As {@link InputListener}. */
  miss(): void {
    this.#timecode.miss();
    for (const input of this.#inputs.values()) input.miss();
  }

  #changed(input: string, { isSilent, frame }: InputChange): void {
    this.#options.log.info(`input ${input} is ${isSilent ? "silent" : "back"}`);
    const cues = cuesOfInput(this.#triggers, input, isSilent);
    this.#due.push({ source: `input ${input}`, events: [{ event: "input", input, isSilent, cues }], frame });
  }

  #followTimecode(show: ShowControl, ahead: number): void {
    const now = this.#options.engine.frameAt({ monotonicMs: this.#nowMs() });
    for (const { key, frame } of this.#times.take(this.#timecode.chase, now, ahead)) {
      this.#press(show, { source: "timecode", events: [{ event: "start", cue: key }], frame });
    }
    this.#timecode.tell(now);
  }

  /** The show that plays, with its triggers read. */
  #show(): ShowControl | undefined {
    const { show } = this.#options.engine;
    if (show?.list === this.#list) return show;
    if (this.#list === undefined) this.#clockMs = this.#unixMs(); // nothing looked before: what is past starts nothing
    this.#list = show?.list;
    const read = show === undefined ? undefined : readShow(show.text).show;
    this.#triggers = read === undefined ? noTriggers : triggeredCues(read);
    const before = this.#times;
    this.#times = new TimecodeTimes(this.#triggers, this.#options.rate, this.#timecode.offsetFrames);
    this.#times.goOnFrom(before, this.#timecode.chase);
    this.#watch(read?.inputs ?? {}, show?.status().silentInputs ?? []);
    return show;
  }

  /** Watches the inputs of a show from here on: an edit elsewhere changes nothing for one, and one that was silent still is. */
  #watch(inputs: Readonly<Record<string, WatchedInput>>, silent: readonly string[]): void {
    const { sampleRateHz } = this.#options.engine.memory.geometry;
    const before = this.#inputs;
    this.#inputs = new Map(
      Object.entries(inputs).map(([name, input]) => {
        const same = before.get(name);
        return [
          name,
          same?.isOf(input) ? same : new InputSilence(input, sampleRateHz, silent.includes(name)),
        ];
      }),
    );
  }

  #press(show: ShowControl, { source, events, frame }: Due): boolean {
    return this.#attempt(source, () => {
      const at = show.frameOf(frame);
      for (const event of events) show.press(event, { frame: at });
    });
  }

  /** False: there is no room for it now. */
  #attempt(source: string, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (!(error instanceof CommandRefusedError)) throw error;
      this.#notice(`${source}: ${error.message}`);
      return false;
    }
  }

  #notice(text: string): void {
    if (this.#noticed.has(text) || this.#noticed.size >= maxNotices) return;
    this.#noticed.add(text);
    this.#options.log.warning(text);
  }
}
