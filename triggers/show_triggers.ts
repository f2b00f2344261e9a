/**
 * Starts cues of the show that plays without GO: by the clock, by timecode that is chased, by MIDI; and obeys MIDI Show Control. What is
 * known ahead is pressed ahead, for the frame at which it is due. Main isolate.
 */
import { CommandRefusedError, type EngineControl } from "../engine/control/control.ts";
import type { ShowControl } from "../engine/control/show_control.ts";
import type { ShowListView } from "../engine/control/show_view.ts";
import type { Log } from "../foundation/logging.ts";
import { isForDevice, readShowControl } from "../midi/show_control.ts";
import { showControlEvents } from "../midi/show_control_events.ts";
import { keyEvent, type ShowKeys } from "../midi/show_keys.ts";
import { readShow } from "../show/file/read_show.ts";
import type { ShowEvent } from "../show/playing/show_event.ts";
import { clockTimes } from "../show/triggers/clock_times.ts";
import { TimecodeTimes } from "../show/triggers/timecode_times.ts";
import { cuesOfMidi, type TriggeredCues, triggeredCues } from "../show/triggers/triggered_cues.ts";
import { TimecodeChase } from "../timecode/chase.ts";
import { MtcDecoder } from "../timecode/mtc.ts";
import {
  frameOfTimecode,
  readTimecode,
  timecodeOfFrame,
  type TimecodeRate,
  timecodeText,
} from "../timecode/timecode.ts";

export interface ShowTriggersOptions {
  readonly engine: Pick<EngineControl, "show" | "frameAt" | "status" | "observe">;
  /** Device id of MIDI Show Control; undefined: it is not obeyed. */
  readonly mscDevice?: number;
  readonly keys?: ShowKeys;
  /** Whether MIDI timecode is chased. */
  readonly chasesMtc: boolean;
  readonly rate: TimecodeRate;
  /** Timecode that stands for 00:00:00:00 of the source. */
  readonly offset: string;
  readonly flywheelSeconds: number;
  readonly log: Log;
  /** Milliseconds since 1970, and of the monotonic clock. */
  readonly unixMs?: () => number;
  readonly nowMs?: () => number;
}

/** Numbers and words for `/status`. */
export type TimecodeStatus = {
  readonly source: "off" | "mtc";
  readonly state: string;
  /** Where it stands, such as `01:00:00:00`; empty: not known. */
  readonly position: string;
  readonly rate: string;
  readonly jumps: number;
};

/** Time between two looks at the clock and the chase, in milliseconds. */
const lookMs = 10;

/** Triggers are pressed this much before they are due, beside the lead of the renderers. */
const marginMs = 50;

/** A time of day that was missed by more than this, because the machine slept or its clock was set, starts nothing. */
const latestMs = 10_000;

/** Each reason for a refusal is logged once, up to this many. */
const maxNotices = 32;

const noTriggers: TriggeredCues = { clock: [], timecode: [], midi: [] };

export class ShowTriggers {
  readonly #options: ShowTriggersOptions;
  readonly #unixMs: () => number;
  readonly #nowMs: () => number;
  readonly #mtc = new MtcDecoder();
  readonly #chase: TimecodeChase;
  readonly #offsetFrames: number;
  readonly #noticed = new Set<string>();
  #list: ShowListView | undefined;
  #triggers = noTriggers;
  #times: TimecodeTimes;
  #clockMs: number;
  #state = "none";
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopObserving: (() => void) | undefined;

  constructor(options: ShowTriggersOptions) {
    const { engine, rate, flywheelSeconds, unixMs = Date.now, nowMs = () => performance.now() } = options;
    this.#options = options;
    this.#unixMs = unixMs;
    this.#nowMs = nowMs;
    const { sampleRateHz } = engine.status();
    // messages of MIDI come within a millisecond of their time: two sets of quarter frames agree, and the line is moved slowly
    this.#chase = new TimecodeChase({
      ...{ rate, sampleRateHz, flywheelSeconds, lockReadings: 2, correction: 0.06, tolerance: 0.5 },
    });
    this.#offsetFrames = frameOfTimecode(readTimecode(options.offset, rate)!, rate);
    this.#times = new TimecodeTimes(noTriggers, rate);
    this.#clockMs = unixMs();
  }

  /** Looks from the first show on; without one each look would wake the main isolate for nothing. */
  begin(): void {
    const { engine } = this.#options;
    this.#stopObserving = engine.observe(({ event }) => event === "showList" && this.#beginLooks());
    if (engine.show !== undefined || this.#options.chasesMtc) this.#beginLooks();
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

  get status(): TimecodeStatus {
    const { engine, chasesMtc, rate } = this.#options;
    const frame = engine.frameAt({ monotonicMs: this.#nowMs() });
    const position = this.#chase.positionAt(frame);
    return {
      source: chasesMtc ? "mtc" : "off",
      state: chasesMtc ? this.#chase.stateAt(frame) : "off",
      position: position === undefined
        ? ""
        : timecodeText(timecodeOfFrame(position + this.#offsetFrames, rate), rate),
      rate: rate.name,
      jumps: this.#chase.jumps,
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
    if (event !== undefined && isBegin) this.#press(show, [event], monotonicMs);
    this.#press(show, cues.map((cue) => ({ event: "start", cue })), monotonicMs);
    return event !== undefined || cues.length > 0;
  }

  /** Takes in a system message: timecode, or show control. */
  systemMessage(bytes: readonly number[], monotonicMs: number): void {
    const { chasesMtc, mscDevice } = this.#options;
    if (chasesMtc) this.#timecode(bytes, monotonicMs);
    if (mscDevice === undefined) return;
    const message = readShowControl(bytes);
    const show = this.#show();
    if (message === undefined || show === undefined || !isForDevice(message, mscDevice)) return;
    this.#attempt("MIDI Show Control", () => {
      const events = showControlEvents(message, show);
      const frame = this.#options.engine.frameAt({ monotonicMs });
      for (const event of events) show.press(event, { frame });
    });
  }

  /** Presses what is due soon. */
  poll(): void {
    const show = this.#show();
    const fromMs = this.#clockMs;
    const unixMs = this.#unixMs();
    const { engine } = this.#options;
    const { lookaheadBlocks, blockFrames, sampleRateHz } = engine.status();
    const aheadMs = marginMs + lookaheadBlocks * blockFrames * 1_000 / sampleRateHz;
    // a clock that was set back starts nothing twice within the time that is looked ahead
    this.#clockMs = unixMs + aheadMs;
    if (show === undefined) return;
    const afterMs = Math.max(fromMs > this.#clockMs ? this.#clockMs - lookMs : fromMs, unixMs - latestMs);
    for (const due of clockTimes(this.#triggers, afterMs, this.#clockMs)) {
      this.#attempt("the clock", () => {
        show.press({ event: "start", cue: due.key }, { frame: engine.frameAt({ unixMs: due.unixMs }) });
      });
    }
    if (this.#options.chasesMtc) this.#followTimecode(show, aheadMs * sampleRateHz / 1_000);
  }

  #followTimecode(show: ShowControl, ahead: number): void {
    const now = this.#options.engine.frameAt({ monotonicMs: this.#nowMs() });
    for (const { key, frame } of this.#times.take(this.#chase, now, ahead)) {
      this.#attempt("timecode", () => show.press({ event: "start", cue: key }, { frame }));
    }
    const state = this.#chase.stateAt(now);
    if (state === this.#state) return;
    const { log } = this.#options;
    const words = `timecode (MTC): ${this.#state} to ${state}`;
    this.#state = state;
    if (state === "lost") log.warning(`${words}; no cue starts by it until it comes again`);
    else log.info(words);
  }

  #timecode(bytes: readonly number[], monotonicMs: number): void {
    const time = bytes[0] === 0xF1 ? this.#mtc.quarterFrame(bytes[1]) : this.#mtc.fullMessage(bytes);
    if (time === undefined) return;
    const { rate, engine } = this.#options;
    const { framesPerSecond, isDropFrame } = time.rate;
    if (framesPerSecond !== rate.framesPerSecond || isDropFrame !== rate.isDropFrame) {
      this.#notice(
        `timecode: expected ${rate.name} frames a second, found ${time.rate.name}; set UNDERSTUDY_TIMECODE_RATE`,
      );
    }
    if (time.isLocation) return this.#chase.stop();
    this.#chase.read({
      position: frameOfTimecode(time.timecode, rate) + time.framesSince,
      at: engine.frameAt({ monotonicMs }),
      spacing: 2,
      isReverse: time.isReverse,
    });
  }

  /** The show that plays, with its triggers read. */
  #show(): ShowControl | undefined {
    const { show } = this.#options.engine;
    if (show?.list === this.#list) return show;
    if (this.#list === undefined) this.#clockMs = this.#unixMs(); // nothing looked before: what is past starts nothing
    this.#list = show?.list;
    const read = show === undefined ? undefined : readShow(show.text).show;
    this.#triggers = read === undefined ? noTriggers : triggeredCues(read);
    this.#times = new TimecodeTimes(this.#triggers, this.#options.rate, this.#offsetFrames);
    return show;
  }

  #press(show: ShowControl, events: readonly ShowEvent[], monotonicMs: number): void {
    if (events.length === 0) return;
    const frame = this.#options.engine.frameAt({ monotonicMs });
    this.#attempt("MIDI", () => events.forEach((event) => show.press(event, { frame })));
  }

  #attempt(source: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CommandRefusedError)) throw error;
      this.#notice(`${source}: ${error.message}`);
    }
  }

  #notice(text: string): void {
    if (this.#noticed.has(text) || this.#noticed.size >= maxNotices) return;
    this.#noticed.add(text);
    this.#options.log.warning(text);
  }
}
