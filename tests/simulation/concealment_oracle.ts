import { concealRampFrames } from "../../engine/memory/constants.ts";

const part = (frames: number) => Math.fround(frames / concealRampFrames);

/**
 * What the callback makes of blocks that are missing, and of those after them: the last frame fades out over a ramp, through
 * blocks that are there or not, and the first block that is there begins a ramp back. A second account of `callback.c`, in the
 * same 32-bit arithmetic.
 */
export class ConcealmentOracle {
  readonly #channels: number;
  #last: Float32Array;
  #held: Float32Array;
  #outLeft = 0;
  #inLeft = 0;
  #concealing = false;

  constructor(channels: number) {
    this.#channels = channels;
    this.#last = this.#held = new Float32Array(channels);
  }

  /** The samples of the next block as they are delivered: of one that a ring has, or of one of this length that none has. */
  nextBlock(block: Float32Array | number): Float32Array<ArrayBuffer> {
    const concealed = typeof block === "number";
    if (concealed && !this.#concealing) {
      this.#held = this.#last;
      this.#outLeft = concealRampFrames;
    }
    this.#concealing = concealed;
    if (concealed) this.#inLeft = concealRampFrames;
    const samples = concealed ? new Float32Array(block) : Float32Array.from(block);
    for (let first = 0; first < samples.length && this.#inLeft > 0; first += this.#channels) {
      if (!concealed) this.#inLeft--;
      if (this.#outLeft > 0) this.#outLeft--;
      const rise = Math.fround(1 - part(this.#inLeft));
      for (let channel = 0; channel < this.#channels; channel++) {
        const held = Math.fround(this.#held[channel] * part(this.#outLeft));
        samples[first + channel] = concealed ? held : Math.fround(samples[first + channel] * rise) + held;
      }
    }
    return samples;
  }

  /** What was really delivered: where two renderers differ, it cannot be told beforehand. */
  delivered(samples: Float32Array): void {
    this.#last = samples.slice(-this.#channels);
  }
}
