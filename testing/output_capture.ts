import { fixed } from "../engine/memory/layout.ts";
import { captureIndex } from "../engine/memory/places.ts";
import type { SharedMemory } from "../engine/memory/shared_memory.ts";

/** Takes out of the shared memory what the clock driver delivered, every sample of it. */
export class OutputCapture {
  readonly #memory: SharedMemory;
  readonly #parts: Float32Array[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #tail = 0;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#timer = setInterval(() => this.#drain(), 20);
  }

  /** Everything so far, interleaved, and the end of the capture. Throws when the ring overflowed. */
  finish(): Float32Array<ArrayBuffer> {
    clearInterval(this.#timer);
    this.#drain();
    const lost = this.#memory.words[fixed.clock.captureLostFrames.index];
    if (lost > 0) throw new Error(`${lost} frames of the capture were lost`);
    const whole = new Float32Array(this.#parts.reduce((length, part) => length + part.length, 0));
    this.#parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
  }

  #drain(): void {
    const { words, floats, geometry } = this.#memory;
    const head = Atomics.load(words, fixed.clock.captureHead.index);
    const { captureFrames, channels } = geometry;
    while (this.#tail !== head) {
      const untilEnd = captureFrames - (this.#tail & (captureFrames - 1));
      const frames = Math.min((head - this.#tail) | 0, untilEnd);
      const first = captureIndex(this.#memory, this.#tail);
      this.#parts.push(floats.slice(first, first + frames * channels));
      this.#tail = (this.#tail + frames) | 0;
    }
    Atomics.store(words, fixed.captureReader.captureTail.index, this.#tail);
  }
}
