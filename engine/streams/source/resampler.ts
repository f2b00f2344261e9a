/**
 * Frames of a file at another rate. Each is computed from the frames of the file around its position, by its absolute number
 * alone: nothing of what was read before can be heard in it, so any cut of a sound gives the same bits.
 */
import { resamplerFilter } from "./resampler_filter.ts";
import { createResamplerKernel, planBytes, type ResamplerKernel } from "./resampler_kernel.ts";

/** Most frames that are made at once. */
export const maxPieceFrames = 4_096;

/** Frames of a file, the first of which may lie before its beginning. */
export interface InputWindow {
  readonly first: number;
  readonly frames: number;
}

interface Places {
  readonly coefficients: number;
  readonly plan: number;
  readonly input: number;
  readonly output: number;
}

export class Resampler {
  readonly #filter: ReturnType<typeof resamplerFilter>;
  readonly #kernel: ResamplerKernel;
  readonly #places: Places;

  private constructor(fromHz: number, toHz: number) {
    const filter = resamplerFilter(fromHz, toHz);
    this.#filter = filter;
    const inputFrames = Math.ceil(maxPieceFrames * filter.step / filter.phases) + filter.taps + 2;
    const plan = filter.coefficients.byteLength;
    const input = plan + maxPieceFrames * planBytes;
    const output = input + inputFrames * 4;
    this.#places = { coefficients: 0, plan, input, output };
    this.#kernel = createResamplerKernel(output + maxPieceFrames * 4);
    new Float32Array(this.#kernel.memory.buffer).set(filter.coefficients);
  }

  /** One for each pair of rates, shared by all files of this isolate; the last pairs are kept. */
  static between(fromHz: number, toHz: number): Resampler {
    const key = `${fromHz} ${toHz}`;
    const resampler = resamplers.get(key) ?? new Resampler(fromHz, toHz);
    resamplers.delete(key);
    resamplers.set(key, resampler);
    if (resamplers.size > maxResamplers) resamplers.delete(resamplers.keys().next().value!);
    return resampler;
  }

  /** Frames of a whole file of so many frames: all that lie before its end. */
  length(fileFrames: number): number {
    const { phases, step } = this.#filter;
    const whole = Math.floor(fileFrames / step);
    return whole * phases + Math.ceil((fileFrames - whole * step) * phases / step);
  }

  /** Frame of the file at or before a frame, and how far between it and the next one, in phases. */
  #place(frame: number): readonly [fileFrame: number, phase: number] {
    const { phases, step } = this.#filter;
    const whole = Math.floor(frame / phases);
    const rest = (frame - whole * phases) * step;
    return [whole * step + Math.floor(rest / phases), rest % phases];
  }

  /** What is needed of the file for frames from `first` on. */
  window(first: number, frames: number): InputWindow {
    const { taps } = this.#filter;
    const from = this.#place(first)[0] - (taps / 2 - 1);
    return { first: from, frames: this.#place(first + frames - 1)[0] + taps / 2 + 1 - from };
  }

  /**
   * Computes frames from `first` on.
   *
   * @param inputs the frames of {@link window}, an array for each channel
   * @param outputs an array for each channel, as many frames as are computed: at most {@link maxPieceFrames}
   */
  resample(first: number, inputs: readonly Float32Array[], outputs: readonly Float32Array[]): void {
    const { memory, exact, interpolated } = this.#kernel;
    const { plan, input, output } = this.#places;
    const { taps, isInterpolated } = this.#filter;
    const frames = outputs[0].length;
    this.#plan(first, frames);
    const run = isInterpolated ? interpolated : exact;
    inputs.forEach((side, channel) => {
      new Float32Array(memory.buffer, input, side.length).set(side);
      run(plan, frames, input, output, taps * 4);
      outputs[channel].set(new Float32Array(memory.buffer, output, frames));
    });
  }

  #plan(first: number, frames: number): void {
    const { phases, step, taps, positions, isInterpolated } = this.#filter;
    const { coefficients, plan } = this.#places;
    const words = new Int32Array(this.#kernel.memory.buffer, plan, frames * planBytes / 4);
    const fractions = new Float32Array(this.#kernel.memory.buffer, plan, frames * planBytes / 4);
    const [start, startPhase] = this.#place(first);
    let [place, phase] = [start, startPhase];
    for (let frame = 0, at = 0; frame < frames; frame++, at += planBytes / 4) {
      const position = isInterpolated ? phase * (positions - 1) / phases : phase;
      const whole = Math.floor(position);
      words[at] = (place - start) * 4;
      words[at + 1] = coefficients + whole * taps * 4;
      fractions[at + 2] = position - whole;
      // whole numbers: the same as from the beginning
      phase += step;
      const passed = Math.floor(phase / phases);
      place += passed;
      phase -= passed * phases;
    }
  }
}

const resamplers = new Map<string, Resampler>();

/** Pairs of rates that are kept. */
const maxResamplers = 8;
