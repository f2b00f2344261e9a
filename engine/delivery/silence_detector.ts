/**
 * Whether each output gives sound: judged behind the vote, over every block that was handed to the device, by the smallest and
 * the largest sample that the callback has noted. Counts frames, so neither a slow main isolate nor its end changes the verdict:
 * the record of delivered blocks covers 12 s, and a detector begins with what is in it. Main isolate.
 */
import { invariant } from "../../foundation/invariant.ts";
import type { OutputState, SilenceKind } from "../control/control.ts";
import { deliveredHighestIndex, deliveredLowestIndex } from "../memory/places.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";

/** The limits of one output. */
export interface SilenceLimits {
  /** Magnitude below which it counts as silent, 1 at full scale. */
  readonly threshold: number;
  /** Silence of this length is reported; undefined: none is. */
  readonly seconds: number | undefined;
}

/** An output has become silent, or sounds again. */
export interface SilenceChange {
  /** From 1 on. */
  readonly output: number;
  /** Undefined: it sounds. */
  readonly kind: SilenceKind | undefined;
  /** How long it has been silent, or was. */
  readonly seconds: number;
}

/** A swing is measured over this time, so that a tone of 10 Hz shows all of it however short the blocks are. */
const windowSeconds = 0.1;

/** Blocks handled in one look, so that catching up never holds the main isolate for long. */
const maxBlocksAtOnce = 2_048;

class Output {
  /** Frames since its last sound. */
  frames = 0;
  kind: SilenceKind | undefined;
  /** The window that is being measured, and the peak of the one before it. */
  lowest = Infinity;
  highest = -Infinity;
  blocks = 0;
  peakBefore = 0;

  restart(): void {
    this.frames = this.blocks = this.peakBefore = 0;
    this.lowest = Infinity;
    this.highest = -Infinity;
  }

  /** Largest magnitude of the last tenth of a second at least. */
  get peak(): number {
    return Math.max(this.peakBefore, this.highest, -this.lowest);
  }
}

export class SilenceDetector {
  readonly #memory: SharedMemory;
  readonly #limits: readonly SilenceLimits[];
  readonly #outputs: readonly Output[];
  readonly #windowBlocks: number;
  #next: number;

  /** @param limits of each output */
  constructor(memory: SharedMemory, limits: readonly SilenceLimits[]) {
    const { channels, sampleRateHz, blockFrames } = memory.geometry;
    this.#memory = memory;
    invariant(
      limits.length === channels,
      `silence: expected limits of ${channels} outputs, found ${limits.length}`,
    );
    this.#limits = limits;
    this.#outputs = Array.from({ length: channels }, () => new Output());
    this.#windowBlocks = Math.ceil(windowSeconds * sampleRateHz / blockFrames);
    const consumed = memory.consumed();
    const played = (consumed - memory.geometry.startBlock) >>> 0;
    this.#next = (consumed - Math.min(played, this.#keptBlocks)) | 0;
  }

  /** Seconds since the last sound of each output. */
  get silentSeconds(): readonly number[] {
    return this.#outputs.map(({ frames }) => frames / this.#memory.geometry.sampleRateHz);
  }

  /** What each output gives; sound until it was silent for long enough. */
  get states(): readonly OutputState[] {
    return this.#outputs.map(({ kind }, channel) =>
      this.#limits[channel].seconds === undefined ? "off" : kind ?? "sound"
    );
  }

  /** Takes in what was handed over since the last call; cheap, for every tick. */
  poll(): SilenceChange[] {
    const behind = blocksBetween(this.#memory.consumed(), this.#next);
    if (behind > this.#keptBlocks) { // blocks that nobody has seen are no silence
      for (const output of this.#outputs) output.restart();
      this.#next = (this.#next + behind - this.#keptBlocks) | 0;
    }
    const blocks = Math.min(behind, maxBlocksAtOnce, this.#keptBlocks);
    const changes: SilenceChange[] = [];
    for (let count = 0; count < blocks; count++) {
      const lowest = deliveredLowestIndex(this.#memory, this.#next);
      const highest = deliveredHighestIndex(this.#memory, this.#next);
      const { floats } = this.#memory;
      for (let channel = 0; channel < this.#outputs.length; channel++) {
        const change = this.#hear(channel, floats[lowest + channel], floats[highest + channel]);
        if (change) changes.push(change);
      }
      this.#next = (this.#next + 1) | 0;
    }
    return changes;
  }

  #hear(channel: number, lowest: number, highest: number): SilenceChange | undefined {
    const { blockFrames, sampleRateHz } = this.#memory.geometry;
    const { threshold, seconds } = this.#limits[channel];
    const output = this.#outputs[channel];
    output.lowest = Math.min(output.lowest, lowest);
    output.highest = Math.max(output.highest, highest);
    // half of the swing is the magnitude around whatever direct current there is
    if ((output.highest - output.lowest) / 2 >= threshold) return this.#sounds(channel);
    output.frames += blockFrames;
    if (++output.blocks === this.#windowBlocks) {
      output.peakBefore = Math.max(output.highest, -output.lowest);
      output.blocks = 0;
      output.lowest = lowest; // so that a step between two windows shows
      output.highest = highest;
    }
    if (seconds === undefined || output.kind !== undefined || output.frames < seconds * sampleRateHz) return;
    output.kind = output.peak === 0 ? "digital" : output.peak >= threshold ? "dc" : "level";
    return { output: channel + 1, kind: output.kind, seconds: output.frames / sampleRateHz };
  }

  #sounds(channel: number): SilenceChange | undefined {
    const output = this.#outputs[channel];
    const wasSilent = output.kind !== undefined;
    const seconds = output.frames / this.#memory.geometry.sampleRateHz;
    output.restart();
    output.kind = undefined;
    return wasSilent ? { output: channel + 1, kind: undefined, seconds } : undefined;
  }

  /** Blocks whose record the callback does not write again meanwhile. */
  get #keptBlocks(): number {
    const { deliveredCount, ringSlots } = this.#memory.geometry;
    return deliveredCount - ringSlots;
  }
}
