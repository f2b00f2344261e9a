/**
 * Reads linear timecode out of sound, forward and backward, at a wide range of speeds. Steps of the signal are found by their
 * crossing of the middle, between samples, once the signal has gone far enough beyond it; the longest of the last intervals is a whole
 * bit, and what is shorter than three quarters of it is half of a one. Allocates only for a word that it has read.
 */
import { ltcBits, ltcSync, ltcSyncReversed, timecodeOfWord } from "./ltc_word.ts";
import { type Timecode, timecodeRates } from "./timecode.ts";

/** A word that was read. Times are in samples, with fraction, counted as those that `push` is given. */
export interface LtcTime {
  readonly timecode: Timecode;
  readonly isDropFrame: boolean;
  readonly startAt: number;
  readonly endAt: number;
  readonly isReverse: boolean;
}

/** Intervals among which one is a whole bit: the longest run of halves is the twelve ones of the sync word and what adjoins them. */
const intervalsKept = 40;

/** Part of the signal's height that it must go beyond the middle. */
const hysteresis = 0.2;

/** Signals lower than this are none, in full scale. */
const leastHeight = 0.004;

/** Part of a whole bit below which an interval is a half. */
const halfBelow = 0.75;

/** Slowest speed that is followed, at 23.976 frames a second; a longer interval is a gap. */
const slowest = 1 / 8 / 1.25;

/** Part of the height that is forgotten at a step, and within the slowest whole bit without one. */
const forgottenPerStep = 0.05;
const forgottenInSlowestBit = 0.12;

export class LtcDecoder {
  readonly #longestInterval: number;
  readonly #forgottenPerSample: number;
  readonly #intervals = new Float64Array(intervalsKept);
  #count = 0;
  /** The longest of the intervals. */
  #bit = 0;
  #high = 0;
  #low = 0;
  #isHigh = false;
  #previous = 0;
  /** The last crossing of the middle, and the last step. */
  #crossedAt = 0;
  #stepAt = -Infinity;
  /** Beginning of a one whose second half is still to come; negative: none. */
  #halfFrom = -1;
  readonly #bits = new Uint8Array(ltcBits);
  readonly #starts = new Float64Array(ltcBits);
  #next = 0;
  #known = 0;
  /** The newest sixteen bits, and the oldest of the eighty. */
  #newest = 0;
  #oldest = 0;

  constructor(sampleRateHz: number) {
    this.#longestInterval = sampleRateHz / (ltcBits * timecodeRates["23.976"].framesPerRealSecond * slowest);
    this.#forgottenPerSample = forgottenInSlowestBit / 2 / this.#longestInterval;
  }

  /**
   * Takes in samples.
   *
   * @param at number of the first one; it goes on from the last one, unless {@link LtcDecoder.reset} was called
   */
  push(samples: ArrayLike<number>, at: number, onTime: (time: LtcTime) => void): void {
    for (let index = 0; index < samples.length; index++) this.#sample(samples[index], at + index, onTime);
  }

  /** Forgets what was read in part: samples are missing. */
  reset(): void {
    this.#known = this.#count = 0;
    this.#bit = 0;
    this.#halfFrom = -1;
    this.#high = this.#low = 0;
  }

  #sample(value: number, at: number, onTime: (time: LtcTime) => void): void {
    const forgotten = (this.#high - this.#low) * this.#forgottenPerSample;
    this.#high = Math.max(value, this.#high - forgotten);
    this.#low = Math.min(value, this.#low + forgotten);
    const middle = (this.#high + this.#low) / 2;
    const height = (this.#high - this.#low) / 2;
    const before = this.#previous - middle;
    const now = value - middle;
    if (before < 0 !== now < 0) this.#crossedAt = at - 1 + before / (before - now);
    this.#previous = value;
    if (height < leastHeight) return;
    const isBeyond = this.#isHigh ? now < -hysteresis * height : now > hysteresis * height;
    if (!isBeyond) return;
    this.#isHigh = !this.#isHigh;
    const kept = 1 - forgottenPerStep;
    this.#high = middle + height * kept;
    this.#low = middle - height * kept;
    this.#step(this.#crossedAt, onTime);
  }

  #step(at: number, onTime: (time: LtcTime) => void): void {
    const interval = at - this.#stepAt;
    const from = this.#stepAt;
    this.#stepAt = at;
    if (interval > this.#longestInterval) return this.reset();
    const replaced = this.#intervals[this.#count % intervalsKept];
    this.#intervals[this.#count++ % intervalsKept] = interval;
    if (interval >= this.#bit) this.#bit = interval;
    else if (replaced >= this.#bit || this.#count <= intervalsKept) this.#bit = this.#longest();
    if (interval < halfBelow * this.#bit) {
      if (this.#halfFrom < 0) this.#halfFrom = from;
      else {
        const begin = this.#halfFrom;
        this.#halfFrom = -1;
        this.#take(1, begin, at, onTime);
      }
      return;
    }
    // a half without its other half: the halves were paired wrongly
    if (this.#halfFrom >= 0) this.#known = 0;
    this.#halfFrom = -1;
    this.#take(0, from, at, onTime);
  }

  #longest(): number {
    let longest = 0;
    const count = Math.min(this.#count, intervalsKept);
    for (let index = 0; index < count; index++) longest = Math.max(longest, this.#intervals[index]);
    return longest;
  }

  #take(bit: number, from: number, at: number, onTime: (time: LtcTime) => void): void {
    const place = this.#next;
    // the bit that is 64 behind the new one becomes the youngest of the oldest sixteen
    this.#oldest = (this.#oldest << 1 | this.#bits[(place + 16) % ltcBits]) & 0xFFFF;
    this.#newest = (this.#newest << 1 | bit) & 0xFFFF;
    this.#bits[place] = bit;
    this.#starts[place] = from;
    this.#next = (place + 1) % ltcBits;
    if (this.#known < ltcBits) this.#known++;
    if (this.#known < ltcBits) return;
    const isForward = this.#newest === ltcSync;
    const isReverse = this.#oldest === ltcSyncReversed;
    if (isForward === isReverse) return;
    const word = new Uint8Array(ltcBits);
    for (let index = 0; index < ltcBits; index++) {
      word[isForward ? index : ltcBits - 1 - index] = this.#bits[(this.#next + index) % ltcBits];
    }
    const read = timecodeOfWord(word);
    if (read !== undefined) onTime({ ...read, startAt: this.#starts[this.#next], endAt: at, isReverse });
  }
}
