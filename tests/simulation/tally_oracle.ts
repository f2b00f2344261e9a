/**
 * What the tally patch must sound like, told a second time and as plainly as possible: no rings, no arena, no log, only
 * the commands in the order in which they were sealed. The simulator compares every block that the device got with it.
 */
import type { LogEntry } from "../../engine/log/command_log.ts";
import { Opcode } from "../../engine/log/command_log.ts";
import { PlayersOracle } from "./players_oracle.ts";

const wordOf = new DataView(new ArrayBuffer(4));

function bits(value: number): number {
  wordOf.setFloat32(0, value);
  return wordOf.getInt32(0);
}

export interface TallyOracleOptions {
  readonly blockFrames: number;
  readonly channels: number;
  readonly seed: number;
  readonly startBlock: number;
  readonly fadeFrames: number;
  /** How far ahead renderers run at the start: so old is the input that a block hears. */
  readonly lookaheadBlocks: number;
  /** What was captured of each frame of a block, of the first channel; omitted: the patch hears no input. */
  readonly inputOf?: (block: number) => readonly number[];
  /** Players of streams that are late in a block, and the length of the fade of a panic; omitted: the patch hears no bus. */
  readonly streams?: { readonly lateIn: (block: number) => number; readonly panicFrames: number };
}

/** What the kit's plain memory plays: stereo, blocks of 32 frames, seed 7, patches exchanged without a fade. */
export function plainTallyOracle(startBlock: number): TallyOracle {
  return new TallyOracle({
    blockFrames: 32,
    channels: 2,
    seed: 7,
    startBlock,
    fadeFrames: 0,
    lookaheadBlocks: 4,
  });
}

export class TallyOracle {
  readonly #options: TallyOracleOptions;
  readonly #initial: number;
  /** It holds from the block after the one that hears of it. */
  #lookahead: number;
  #state = 0;
  /** The patch that was exchanged, while it fades out. */
  #leaving: { state: number; frame: number } | undefined;
  #waiting: { block: number; frame: number; order: number; entry: LogEntry }[] = [];
  #order = 0;
  #block: number;
  #players = new PlayersOracle();

  constructor(options: TallyOracleOptions) {
    this.#options = options;
    this.#block = options.startBlock | 0;
    this.#lookahead = options.lookaheadBlocks;
    this.#initial = this.#state = stirred(0, options.seed);
  }

  /** The samples of the next block, which hears `entries` for the first time. */
  nextBlock(entries: readonly LogEntry[]): Float32Array<ArrayBuffer> {
    const { blockFrames, channels, inputOf, streams } = this.#options;
    let inputAge = this.#lookahead;
    for (const entry of entries) {
      if (entry.opcode === Opcode.anchor) {
        this.#state = this.#initial;
        this.#leaving = undefined;
        this.#waiting = [];
        this.#players = new PlayersOracle();
        this.#lookahead = inputAge = this.#options.lookaheadBlocks;
        continue;
      }
      if (entry.opcode === Opcode.lookahead) {
        this.#lookahead = entry.target;
        continue;
      }
      if (entry.opcode === Opcode.clear) {
        this.#waiting = this.#waiting.filter(({ block, frame }) => block === this.#block && frame === 0);
        continue;
      }
      if (entry.opcode === Opcode.retract) {
        this.#waiting = this.#waiting.filter(({ block, frame, entry: { isOfShow } }) =>
          !isOfShow || ((block - entry.target) | 0) < 0 || (block === this.#block && frame === 0)
        );
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
    const input = inputOf?.((this.#block - inputAge) | 0);
    const late = streams?.lateIn(this.#block) ?? 0;
    const samples = new Float32Array(blockFrames * channels);
    for (let frame = 0; frame < blockFrames; frame++) {
      while (due.length > 0 && due[0].frame <= frame) this.#apply(due.shift()!.entry);
      const heard = [
        ...(input === undefined ? [] : [bits(input[frame])]),
        ...(streams === undefined ? [] : [bits(this.#players.nextFrame(late))]),
      ];
      this.#state = rendered(this.#state, heard);
      samples.fill(this.#sample(heard), frame * channels, (frame + 1) * channels);
    }
    this.#block = (this.#block + 1) | 0;
    return samples;
  }

  #sample(heard: readonly number[]): number {
    const sample = Math.fround(Math.fround(this.#state) * 2 ** -32);
    if (this.#leaving === undefined) return sample;
    this.#leaving.state = rendered(this.#leaving.state, heard);
    const before = Math.fround(Math.fround(this.#leaving.state) * 2 ** -32);
    const part = this.#leaving.frame++ / this.#options.fadeFrames;
    if (this.#leaving.frame >= this.#options.fadeFrames) this.#leaving = undefined;
    return Math.fround(before + (sample - before) * part);
  }

  #apply(entry: LogEntry): void {
    const { opcode, instrument = 0, target, value, extra } = entry;
    this.#players.apply(entry);
    if (opcode === Opcode.noteOn) {
      [1, instrument, target, bits(value), bits(extra)].forEach((word) => this.#stir(word));
    }
    if (opcode === Opcode.noteOff) [2, instrument, target].forEach((word) => this.#stir(word));
    if (opcode === Opcode.pedal) [6, instrument, target].forEach((word) => this.#stir(word));
    if (opcode === Opcode.express) {
      [8, instrument, target, Math.trunc(extra), bits(value)].forEach((word) => this.#stir(word));
    }
    if (opcode === Opcode.expressAll) {
      [9, instrument, target, bits(value)].forEach((word) => this.#stir(word));
    }
    if (opcode === Opcode.panic) {
      this.#players.panic(this.#options.streams?.panicFrames ?? 0);
      this.#stir(3);
    }
    if (opcode === Opcode.exchange) {
      this.#leaving = { state: this.#state, frame: 0 };
      if (value === 0) this.#state = this.#initial;
      [4, 0, bits(0)].forEach((word) => this.#stir(word)); // the value of its one parameter is handed on
    }
    if (opcode === Opcode.set) [4, target, bits(value)].forEach((word) => this.#stir(word));
  }

  #stir(word: number): void {
    this.#state = stirred(this.#state, word);
  }
}

/** A frame: with the bits of the input and the bus that it hears, if any. */
function rendered(state: number, heard: readonly number[]): number {
  return heard.reduce(stirred, stirred(state, 5));
}

function stirred(state: number, word: number): number {
  const mixed = state ^ word;
  const rotated = (mixed << 13) | (mixed >>> 19);
  return (Math.imul(rotated, 0x9E3779B1) + 0x165667B1) | 0;
}
