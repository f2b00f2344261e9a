/**
 * What the tally patch must sound like, told a second time and as plainly as possible: no rings, no arena, no log, only
 * the commands in the order in which they were sealed. The simulator compares every block that the device got with it.
 */
import type { LogEntry } from "../../engine/log/command_log.ts";
import { Opcode } from "../../engine/log/command_log.ts";

const wordOf = new DataView(new ArrayBuffer(4));

function bits(value: number): number {
  wordOf.setFloat32(0, value);
  return wordOf.getInt32(0);
}

export class TallyOracle {
  readonly #blockFrames: number;
  readonly #channels: number;
  #state = 0;
  #waiting: { block: number; frame: number; order: number; entry: LogEntry }[] = [];
  #order = 0;
  #block: number;

  constructor(blockFrames: number, channels: number, seed: number, startBlock: number) {
    this.#blockFrames = blockFrames;
    this.#channels = channels;
    this.#block = startBlock | 0;
    this.#stir(seed);
  }

  /** The samples of the next block, which hears `entries` for the first time. */
  nextBlock(entries: readonly LogEntry[]): Float32Array<ArrayBuffer> {
    for (const entry of entries) {
      if (entry.opcode === Opcode.clear) {
        this.#waiting = this.#waiting.filter(({ block, frame }) => block === this.#block && frame === 0);
        continue;
      }
      const inTime = entry.at !== undefined && ((entry.at.block - this.#block) | 0) >= 0;
      this.#waiting.push({
        block: inTime ? entry.at!.block | 0 : this.#block,
        frame: inTime ? entry.at!.frame : 0,
        order: this.#order++,
        entry,
      });
    }
    const due = this.#waiting.filter(({ block }) => block === this.#block)
      .sort((a, b) => a.frame - b.frame || a.order - b.order);
    this.#waiting = this.#waiting.filter(({ block }) => block !== this.#block);
    const samples = new Float32Array(this.#blockFrames * this.#channels);
    for (let frame = 0; frame < this.#blockFrames; frame++) {
      while (due.length > 0 && due[0].frame <= frame) this.#apply(due.shift()!.entry);
      this.#stir(5);
      const sample = Math.fround(Math.fround(this.#state) * 2 ** -32);
      samples.fill(sample, frame * this.#channels, (frame + 1) * this.#channels);
    }
    this.#block = (this.#block + 1) | 0;
    return samples;
  }

  #apply({ opcode, instrument = 0, target, value, extra }: LogEntry): void {
    if (opcode === Opcode.noteOn) {
      [1, instrument, target, bits(value), bits(extra)].forEach((word) => this.#stir(word));
    }
    if (opcode === Opcode.noteOff) [2, instrument, target].forEach((word) => this.#stir(word));
    if (opcode === Opcode.pedal) [6, instrument, target].forEach((word) => this.#stir(word));
    if (opcode === Opcode.panic) this.#stir(3);
    if (opcode === Opcode.set) [4, target, bits(value)].forEach((word) => this.#stir(word));
  }

  #stir(word: number): void {
    const mixed = this.#state ^ word;
    const rotated = (mixed << 13) | (mixed >>> 19);
    this.#state = (Math.imul(rotated, 0x9E3779B1) + 0x165667B1) | 0;
  }
}
