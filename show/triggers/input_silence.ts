/**
 * Whether an audio input is silent, with a time for each way: it is silent after so much silence, and back after so much sound. A
 * channel is judged by half of its swing within a tenth of a second, so direct current is silence and a tone of 10 Hz shows all of
 * itself. Counts frames, so a late look changes no verdict. Pure.
 */
import type { WatchedInput } from "../file/show_file.ts";

const windowSeconds = 0.1;

/** Silence that does not interrupt sound: pauses of speech. */
const pauseSeconds = 0.5;

/** An input that has fallen silent, or is back, at a frame. */
export interface InputChange {
  readonly isSilent: boolean;
  readonly frame: number;
}

export class InputSilence {
  readonly #input: WatchedInput;
  readonly #threshold: number;
  readonly #sampleRateHz: number;
  readonly #windowFrames: number;
  readonly #lowest: Float32Array;
  readonly #highest: Float32Array;
  /** Frames of the window that is measured; its first frame follows from the last one that was heard. */
  #measured = 0;
  /** The end of the last window with sound; before the first one, the first frame. */
  #soundedAt: number | undefined;
  /** Where the sound began that goes on now; undefined: it is silent. */
  #soundFrom: number | undefined;
  #isSilent: boolean;

  constructor(input: WatchedInput, sampleRateHz: number, isSilent = false) {
    this.#input = input;
    this.#threshold = 10 ** (input.thresholdDb / 20);
    this.#sampleRateHz = sampleRateHz;
    this.#windowFrames = Math.round(windowSeconds * sampleRateHz);
    this.#lowest = new Float32Array(input.channels.length).fill(Infinity);
    this.#highest = new Float32Array(input.channels.length).fill(-Infinity);
    this.#isSilent = isSilent;
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Whether it judges by these values. */
  isOf(input: WatchedInput): boolean {
    return JSON.stringify(input) === JSON.stringify(this.#input);
  }

  /**
   * Takes in a block. A channel that is not captured is silent.
   *
   * @param channels samples of each channel of the device
   */
  push(channels: readonly Float32Array[], firstFrame: number): InputChange | undefined {
    this.#soundedAt ??= firstFrame;
    const frames = channels[0].length;
    let change: InputChange | undefined;
    for (let from = 0; from < frames;) {
      const to = Math.min(frames, from + this.#windowFrames - this.#measured);
      this.#measure(channels, from, to);
      this.#measured += to - from;
      from = to;
      if (this.#measured === this.#windowFrames) change = this.#judge(firstFrame + to) ?? change;
    }
    return change;
  }

  /** Frames were lost: nobody knows whether they were silent. */
  miss(): void {
    this.#restartWindow();
    this.#soundedAt = this.#soundFrom = undefined;
  }

  #measure(channels: readonly Float32Array[], from: number, to: number): void {
    this.#input.channels.forEach((channel, index) => {
      const samples = channels[channel - 1];
      if (samples === undefined) return;
      let [lowest, highest] = [this.#lowest[index], this.#highest[index]];
      for (let frame = from; frame < to; frame++) {
        const sample = samples[frame];
        if (sample < lowest) lowest = sample;
        if (sample > highest) highest = sample;
      }
      this.#lowest[index] = lowest;
      this.#highest[index] = highest;
    });
  }

  #judge(end: number): InputChange | undefined {
    const sounds = this.#lowest.some((low, index) => (this.#highest[index] - low) / 2 >= this.#threshold);
    this.#restartWindow();
    const frames = (seconds: number) => Math.round(seconds * this.#sampleRateHz);
    if (sounds) {
      this.#soundFrom ??= end - this.#windowFrames;
      this.#soundedAt = end;
    } else if (end - this.#soundedAt! > frames(pauseSeconds)) this.#soundFrom = undefined;
    if (this.#isSilent) {
      const isBack = sounds && end - this.#soundFrom! >= frames(this.#input.soundSeconds);
      return isBack ? this.#become(false, end) : undefined;
    }
    return end - this.#soundedAt! >= frames(this.#input.silentSeconds) ? this.#become(true, end) : undefined;
  }

  #become(isSilent: boolean, frame: number): InputChange {
    this.#isSilent = isSilent;
    return { isSilent, frame };
  }

  #restartWindow(): void {
    this.#measured = 0;
    this.#lowest.fill(Infinity);
    this.#highest.fill(-Infinity);
  }
}
