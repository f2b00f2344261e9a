/**
 * Linear timecode as sound, computed from the number of the sample alone: the same at every start, in every block. Bi-phase mark: the
 * signal steps at the beginning of every bit, and in the middle of a one.
 */
import { ltcBits, ltcWord } from "./ltc_word.ts";
import { frameOfTimecode, type Timecode, timecodeOfFrame, type TimecodeRate } from "./timecode.ts";

export interface LtcSignalOptions {
  readonly start: Timecode;
  readonly rate: TimecodeRate;
  readonly sampleRateHz: number;
  /** Peak, 1 at full scale. */
  readonly level: number;
}

/** A step takes this long from end to end: 25 µs from 10 % to 90 %, as the standard asks for. */
const stepSeconds = 42e-6;

/** Half bits of a word. */
const halves = 2 * ltcBits;

/** Writes the samples from number `first` on into `into`. */
export class LtcSignal {
  readonly #options: LtcSignalOptions;
  readonly #startFrame: number;
  /** The signal in each half of a bit, 1 or -1, of the frames that were written last. */
  readonly #levels = new Map<number, Int8Array>();

  constructor(options: LtcSignalOptions) {
    this.#options = options;
    this.#startFrame = frameOfTimecode(options.start, options.rate);
  }

  write(first: number, into: Float32Array): void {
    const { sampleRateHz, rate, level } = this.#options;
    const halvesPerSample = halves * rate.framesPerRealSecond / sampleRateHz;
    const halfStep = stepSeconds / 2 * halves * rate.framesPerRealSecond;
    for (let index = 0; index < into.length; index++) {
      const at = (first + index) * halvesPerSample;
      const half = Math.floor(at);
      const inside = at - half;
      const here = this.#at(half);
      const isAtBeginning = inside < 0.5;
      const other = this.#at(isAtBeginning ? half - 1 : half + 1);
      const distance = isAtBeginning ? inside : 1 - inside;
      const share = here === other || distance >= halfStep ? 1 : Math.sin(Math.PI / 2 * distance / halfStep);
      into[index] = level * here * share;
    }
  }

  /** The signal in a half bit, counted from the start. */
  #at(half: number): number {
    const frame = Math.floor(half / halves);
    let levels = this.#levels.get(frame);
    if (levels === undefined) {
      if (this.#levels.size > 8) this.#levels.clear();
      this.#levels.set(frame, levels = levelsOf(this.#wordOf(frame)));
    }
    return levels[half - frame * halves];
  }

  #wordOf(frame: number): Uint8Array {
    const { rate } = this.#options;
    return ltcWord(timecodeOfFrame(this.#startFrame + frame, rate), rate);
  }
}

function levelsOf(word: Uint8Array): Int8Array {
  const levels = new Int8Array(halves);
  let level = -1;
  word.forEach((bit, index) => {
    levels[2 * index] = level = -level;
    levels[2 * index + 1] = level = bit === 1 ? -level : level;
  });
  return levels;
}
