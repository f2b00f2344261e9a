/**
 * Evens out the pace of blocks that come over the network. It begins to give when it holds as much as asked; gives silence and waits
 * again when it runs dry; drops what is beyond twice that, so that the delay does not grow. Frames that are missing on the way are
 * silence of the same length. The audio thread of the browser: nothing is allocated while it plays.
 */
export class ListenBuffer {
  readonly #channels: number;
  readonly #ring: Float32Array;
  readonly #targetFrames: number;
  readonly #capacity: number;
  #readFrame = 0;
  #writeFrame = 0;
  #next: number | undefined;
  #isPlaying = false;
  #gaps = 0;

  constructor(channels: number, targetFrames: number) {
    this.#channels = channels;
    this.#targetFrames = targetFrames;
    this.#capacity = targetFrames * 8;
    this.#ring = new Float32Array(this.#capacity * channels);
  }

  /** Frames that wait to be played. */
  get heldFrames(): number {
    return this.#writeFrame - this.#readFrame;
  }

  /** Times that it ran dry or skipped. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Takes interleaved samples; `firstFrame` counts frames of the engine's output. */
  push(firstFrame: number, samples: Float32Array): void {
    const frames = samples.length / this.#channels;
    const missing = this.#next === undefined ? 0 : firstFrame - this.#next;
    this.#next = firstFrame + frames;
    if (missing !== 0) this.#gaps++;
    if (missing > 0 && missing < this.#targetFrames) this.#write(undefined, missing);
    this.#write(samples, frames);
    if (this.heldFrames > 2 * this.#targetFrames + frames) {
      this.#readFrame = this.#writeFrame - this.#targetFrames;
      this.#gaps++;
    }
  }

  /** Fills one array of each channel; all of the same length. */
  pull(outputs: readonly Float32Array[]): void {
    const frames = outputs[0]?.length ?? 0;
    if (!this.#isPlaying && this.heldFrames >= this.#targetFrames) this.#isPlaying = true;
    if (this.#isPlaying && this.heldFrames < frames) {
      this.#isPlaying = false;
      this.#gaps++;
    }
    for (let channel = 0; channel < outputs.length; channel++) {
      const output = outputs[channel];
      if (!this.#isPlaying) {
        output.fill(0);
        continue;
      }
      const source = Math.min(channel, this.#channels - 1);
      for (let frame = 0; frame < frames; frame++) {
        output[frame] = this.#ring[(this.#readFrame + frame) % this.#capacity * this.#channels + source];
      }
    }
    if (this.#isPlaying) this.#readFrame += frames;
  }

  #write(samples: Float32Array | undefined, frames: number): void {
    for (let frame = 0; frame < frames; frame++) {
      const place = (this.#writeFrame + frame) % this.#capacity * this.#channels;
      for (let channel = 0; channel < this.#channels; channel++) {
        this.#ring[place + channel] = samples === undefined ? 0 : samples[frame * this.#channels + channel];
      }
    }
    this.#writeFrame += frames;
    if (this.heldFrames > this.#capacity) this.#readFrame = this.#writeFrame - this.#capacity;
  }
}
