/** Whether the device gets sound from renderers, or concealed blocks. Main isolate. */
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";

/** Concealed sound for this long is silence, also while renderers are in lockstep: they are late. */
const silenceSeconds = 0.1;

export class SoundWatch {
  readonly #memory: SharedMemory;
  readonly #silenceBlocks: number;
  #consumed: number;
  #concealed: number;
  /** Blocks that were concealed since one came from a renderer. */
  #run = 0;
  #silent = false;

  constructor(memory: SharedMemory) {
    const { sampleRateHz, blockFrames } = memory.geometry;
    this.#memory = memory;
    this.#silenceBlocks = Math.ceil(silenceSeconds * sampleRateHz / blockFrames);
    this.#consumed = memory.consumed();
    this.#concealed = memory.counter("concealedBlocks");
  }

  /** Something should play, and every block that the device gets is concealed. */
  get silent(): boolean {
    return this.#silent;
  }

  /**
   * Looks at what the device has taken since the last call.
   *
   * @param inLockstep renderers in lockstep
   */
  poll(inLockstep: number): void {
    const consumed = this.#memory.consumed();
    const concealed = this.#memory.counter("concealedBlocks");
    const blocks = blocksBetween(consumed, this.#consumed);
    const fresh = concealed - this.#concealed;
    if (blocks <= 0) return;
    this.#consumed = consumed;
    this.#concealed = concealed;
    const allConcealed = fresh >= blocks;
    this.#run = allConcealed ? this.#run + blocks : 0;
    if (fresh === 0) this.#silent = false;
    if (allConcealed && (inLockstep === 0 || this.#run >= this.#silenceBlocks)) this.#silent = true;
  }
}
