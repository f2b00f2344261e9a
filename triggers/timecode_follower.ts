/**
 * The timecode that a show follows, from either source: MIDI's messages by their time, or an audio input by its samples. Says where it
 * stands, and once that the source runs at another rate than the settings say. Main isolate.
 */
import type { Log } from "../foundation/logging.ts";
import { type ChaseOptions, TimecodeChase } from "../timecode/chase.ts";
import { LtcDecoder, type LtcTime } from "../timecode/ltc_decoder.ts";
import { MtcDecoder } from "../timecode/mtc.ts";
import {
  frameOfTimecode,
  isTimecode,
  readTimecode,
  timecodeOfFrame,
  type TimecodeRate,
  timecodeText,
} from "../timecode/timecode.ts";

/** `mtc`: MIDI timecode; `ltc`: linear timecode. */
export type TimecodeSource = "off" | "mtc" | "ltc";

export interface TimecodeFollowerOptions {
  readonly source: TimecodeSource;
  readonly rate: TimecodeRate;
  /** Timecode that stands for 00:00:00:00 of the source. */
  readonly offset: string;
  readonly flywheelSeconds: number;
  readonly sampleRateHz: number;
  readonly log: Log;
}

/** Numbers and words for `/status`. */
export type TimecodeStatus = {
  readonly source: TimecodeSource;
  readonly state: string;
  /** Where it stands, such as `01:00:00:00`; empty: not known. */
  readonly position: string;
  readonly rate: string;
  readonly jumps: number;
};

/**
 * Messages of MIDI come within a millisecond of their time, so the line is moved slowly; samples are exact. Both lock with the second
 * reading that agrees.
 */
const chasing: Readonly<Record<TimecodeSource, Pick<ChaseOptions, "correction" | "tolerance">>> = {
  off: { correction: 1, tolerance: 0.25 },
  mtc: { correction: 0.06, tolerance: 0.5 },
  ltc: { correction: 1, tolerance: 0.25 },
};

export class TimecodeFollower {
  readonly chase: TimecodeChase;
  /** Frames that are added to what is read. */
  readonly offsetFrames: number;
  readonly #options: TimecodeFollowerOptions;
  readonly #mtc = new MtcDecoder();
  readonly #ltc: LtcDecoder;
  #lastLtc: LtcTime | undefined;
  #isRateTold = false;
  #state = "none";

  constructor(options: TimecodeFollowerOptions) {
    const { source, rate, sampleRateHz, flywheelSeconds, offset } = options;
    this.#options = options;
    this.#ltc = new LtcDecoder(sampleRateHz);
    this.chase = new TimecodeChase({
      ...{ rate, sampleRateHz, flywheelSeconds, lockReadings: 2, ...chasing[source] },
    });
    this.offsetFrames = frameOfTimecode(readTimecode(offset, rate)!, rate);
  }

  /** @param frame of the engine */
  status(frame: number): TimecodeStatus {
    const { source, rate } = this.#options;
    const position = this.chase.positionAt(frame);
    return {
      source,
      state: source === "off" ? "off" : this.chase.stateAt(frame),
      position: position === undefined
        ? ""
        : timecodeText(timecodeOfFrame(position + this.offsetFrames, rate), rate),
      rate: rate.name,
      jumps: this.chase.jumps,
    };
  }

  /** Takes in a system message of MIDI that came at a frame of the engine. */
  message(bytes: readonly number[], at: number): void {
    const time = bytes[0] === 0xF1 ? this.#mtc.quarterFrame(bytes[1]) : this.#mtc.fullMessage(bytes);
    if (time === undefined) return;
    const { rate } = this.#options;
    this.#checkRate(time.rate.framesPerSecond, time.rate.isDropFrame);
    if (time.isLocation) return this.chase.stop();
    this.chase.read({
      ...{ position: frameOfTimecode(time.timecode, rate) + time.framesSince, at, spacing: 2 },
      isReverse: time.isReverse,
    });
  }

  /** Takes in samples of the input that carries linear timecode. */
  hear(samples: Float32Array, firstFrame: number): void {
    this.#ltc.push(samples, firstFrame, (time) => this.#word(time));
  }

  /** Samples are missing. */
  miss(): void {
    this.#ltc.reset();
    this.#lastLtc = undefined;
  }

  /** Writes what has changed into the log; to be called at each look. */
  tell(frame: number): void {
    const { source, log } = this.#options;
    const state = this.chase.stateAt(frame);
    if (source === "off" || state === this.#state) return;
    const words = `timecode (${source.toUpperCase()}): ${this.#state} to ${state}`;
    this.#state = state;
    if (state === "lost") log.warning(`${words}; no cue starts by it until it comes again`);
    else log.info(words);
  }

  /** A frame of linear timecode: forward it ends where the next one begins, backward where it began itself. */
  #word(time: LtcTime): void {
    const { rate } = this.#options;
    const { timecode, isReverse, startAt, endAt, isDropFrame } = time;
    const before = this.#lastLtc;
    this.#lastLtc = time;
    // behind a drop-out the last one that was read is not the one before
    const isNext = before !== undefined && Math.abs(startAt - before.endAt) < (endAt - startAt) / 2;
    const last = isNext ? before : undefined;
    // how many frames a second has shows where a second begins
    const isSecond = !isReverse && timecode.frames === 0 && last?.isReverse === false &&
      (last.timecode.seconds + 1) % 60 === timecode.seconds;
    this.#checkRate(isSecond ? last.timecode.frames + 1 : undefined, isDropFrame);
    if (!isTimecode(timecode, rate)) return;
    const position = frameOfTimecode(timecode, rate) + (isReverse ? 0 : 1);
    this.chase.read({ position, at: endAt, spacing: 1, isReverse });
  }

  #checkRate(framesPerSecond: number | undefined, isDropFrame: boolean): void {
    const { rate, log } = this.#options;
    const isOther = framesPerSecond !== undefined && framesPerSecond !== rate.framesPerSecond;
    if (this.#isRateTold || (!isOther && isDropFrame === rate.isDropFrame)) return;
    this.#isRateTold = true;
    const found = isDropFrame ? "29.97df" : framesPerSecond ?? "no drop-frame timecode";
    log.warning(
      `timecode: expected ${rate.name} frames a second, found ${found}; set UNDERSTUDY_TIMECODE_RATE`,
    );
  }
}
