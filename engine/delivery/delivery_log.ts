/**
 * Walks behind the device, block by block, over what was sealed and handed over: feeds the session file, answers who
 * waits for a command to have sounded, and keeps the peak. Looks at the shared tables often enough not to lose a lap of
 * them (12 s); if the main isolate was kept from it for longer, the gap is recorded and reported. Main isolate.
 */
import { logEntryWords } from "../memory/constants.ts";
import type { CommandLog } from "../log/command_log.ts";
import { PeakMeter } from "./meter.ts";
import { completePosition, sealLost, type SealTable } from "../log/seal_table.ts";
import { StreamSeals } from "../log/stream_seals.ts";
import { within } from "../memory/layout.ts";
import { deliveredIndex, deliveredPeaksIndex, inputSamplesIndex } from "../memory/places.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { blockRecordWords, type ChunkType } from "../session/session_format.ts";

/** Where the delivery log is recorded to; `SessionWriter` is one. */
export interface Recorder {
  /** False once nothing more can be recorded, e.g. because the disk is full. */
  readonly recording: boolean;
  write(type: ChunkType, payload: Uint8Array): void;
}

export interface DeliveryLogOptions {
  readonly memory: SharedMemory;
  readonly seals: SealTable;
  readonly log: CommandLog;
  readonly onGap: (firstBlock: number, blocks: number) => void;
  /** Where to begin; omitted: at the block that the device takes next. */
  readonly from?: { readonly block: number; readonly position: number };
}

/** Blocks handled in one look, so that catching up never holds the main isolate for long. */
const maxBlocksAtOnce = 512;

export class DeliveryLog {
  readonly #options: DeliveryLogOptions;
  readonly #streamSeals: StreamSeals;
  readonly #recorders: Recorder[] = [];
  #next: number;
  #position: number;
  #waiting: { head: number; resolve: () => void }[] = [];
  readonly #meters = new Set<PeakMeter>();
  #peak = 0;
  #loudest = 0;
  #blocks = 0;

  constructor(options: DeliveryLogOptions) {
    this.#options = options;
    this.#streamSeals = new StreamSeals(options.memory);
    this.#next = options.from?.block ?? options.memory.consumed();
    if (options.from) this.#blocks = (this.#next - options.memory.geometry.startBlock) >>> 0;
    this.#position = options.from?.position ?? this.#sealedBefore(this.#next);
  }

  /** Records everything from the first block on; before that was handed over. */
  recordTo(recorder: Recorder): void {
    this.#recorders.push(recorder);
  }

  /** Log position sealed by the last block that was handed over: entries from here on may still be unheard. */
  get position(): number {
    return this.#position;
  }

  /** The first block not seen yet: all before it are sealed and handed over. */
  get next(): number {
    return this.#next;
  }

  /** Blocks seen handed over. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Largest magnitude since the last call. */
  takePeak(): number {
    const peak = this.#peak;
    this.#peak = 0;
    return peak;
  }

  /** Largest magnitude before the ceiling since the last call. */
  takeLoudest(): number {
    const loudest = this.#loudest;
    this.#loudest = 0;
    return loudest;
  }

  /** Peaks of each channel for one more reader. */
  openMeter(): PeakMeter {
    const meter: PeakMeter = new PeakMeter(
      this.#options.memory.geometry.channels,
      () => this.#meters.delete(meter),
    );
    this.#meters.add(meter);
    return meter;
  }

  /** Resolves when every entry before `head` has been sealed into a block that the device has taken. */
  reached(head: number): Promise<void> {
    if (blocksBetween(this.#position, head) >= 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ head, resolve }));
  }

  /** Whether somebody waits for a command to have sounded. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves all who still wait: the engine ends. */
  abandon(): void {
    this.#waiting.forEach(({ resolve }) => resolve());
    this.#waiting = [];
  }

  /**
   * Takes in what was handed over since the last call.
   *
   * @param last the engine ends: also blocks that no renderer has sealed any more are taken in
   */
  poll(last = false): void {
    do this.#pollOnce(last); while (last && blocksBetween(this.#options.memory.consumed(), this.#next) > 0);
  }

  #pollOnce(last: boolean): void {
    const { memory, seals } = this.#options;
    const { geometry } = memory;
    const consumed = memory.consumed();
    const behind = blocksBetween(consumed, this.#next);
    const kept = geometry.deliveredCount - geometry.ringSlots;
    if (behind > kept) this.#skip(behind - kept);
    const first = this.#next;
    const most = Math.min(maxBlocksAtOnce, blocksBetween(consumed, first));
    if (most <= 0) return;
    const records = this.#recorders.length > 0 ? new Int32Array(1 + most * blockRecordWords) : undefined;
    if (records) records[0] = first;
    let count = 0;
    const late: number[] = [];
    let position = this.#position;
    for (; count < most; count++) {
      const block = (first + count) | 0;
      const seal = seals.read(block);
      // concealed, and no renderer has come to it yet, or is in the midst of it: it will be sealed
      const isSealed = seal !== sealLost && (geometry.pageCount === 0 || this.#streamSeals.isSealed(block));
      if (!isSealed && !last) break;
      if (seal !== sealLost) position = completePosition(position, seal);
      const lateStreams = geometry.pageCount > 0 ? this.#streamSeals.read(block) : 0;
      if (lateStreams !== 0) late.push(block, lateStreams);
      const delivered = deliveredIndex(memory, block);
      if (records) {
        const flags = memory.words[delivered + within.delivered.flags.index];
        const record = 1 + count * blockRecordWords;
        records[record] = (position & 0xFFFF) | (flags << 16);
        records[record + 1] = memory.words[delivered + within.delivered.checksumLow.index];
        records[record + 2] = memory.words[delivered + within.delivered.checksumHigh.index];
      }
      this.#loudest = Math.max(this.#loudest, memory.floats[delivered + within.delivered.loudest.index]);
      const peaks = deliveredPeaksIndex(memory, block);
      for (let channel = 0; channel < geometry.channels; channel++) {
        this.#peak = Math.max(this.#peak, memory.floats[peaks + channel]);
      }
      for (const meter of this.#meters) meter.record(memory.floats, peaks);
    }
    if (count === 0) return;
    for (const recorder of this.#recorders) {
      if (recorder.recording) this.#record(recorder, records!, first, count, position);
      if (recorder.recording && late.length > 0) recorder.write("LATE", bytesOf(new Int32Array(late)));
    }
    this.#next = (first + count) | 0;
    this.#blocks += count;
    this.#position = position;
    this.#waiting = this.#waiting.filter(({ head, resolve }) => {
      if (blocksBetween(this.#position, head) < 0) return true;
      resolve();
      return false;
    });
  }

  #record(writer: Recorder, records: Int32Array, first: number, count: number, position: number): void {
    const { memory, log } = this.#options;
    const entries = blocksBetween(position, this.#position);
    if (entries > 0) {
      const words = new Int32Array(1 + entries * logEntryWords);
      words[0] = this.#position;
      for (let entry = 0; entry < entries; entry++) {
        log.copyEntry(this.#position + entry, words, 1 + entry * logEntryWords);
      }
      writer.write("CMDS", bytesOf(words));
    }
    writer.write("BLKS", bytesOf(records.subarray(0, 1 + count * blockRecordWords)));
    const { inputChannels, blockFrames } = memory.geometry;
    if (inputChannels === 0) return;
    for (let index = 0; index < count; index++) {
      const block = (first + index) | 0;
      const captured = inputSamplesIndex(memory, block);
      const samples = blockFrames * inputChannels;
      const words = new Int32Array(1 + samples);
      words[0] = block;
      words.set(memory.words.subarray(captured, captured + samples), 1);
      writer.write("INPT", bytesOf(words));
    }
  }

  /** Log position sealed by the last block before `end` whose seal is known; without one, the head. */
  #sealedBefore(end: number): number {
    const { memory: { geometry }, seals, log } = this.#options;
    const most = Math.min(geometry.sealCount, (end - geometry.startBlock) >>> 0);
    for (let back = 1; back <= most; back++) {
      const seal = seals.read((end - back) | 0);
      if (seal !== sealLost) return (log.head - ((log.head - seal) & 0xFFFF)) | 0;
    }
    return log.head;
  }

  #skip(blocks: number): void {
    const words = new Int32Array([this.#next, blocks]);
    this.#recorders.forEach((recorder) => recorder.write("GAP ", bytesOf(words)));
    this.#options.onGap(this.#next, blocks);
    this.#next = (this.#next + blocks) | 0;
  }
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
