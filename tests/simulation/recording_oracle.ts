/**
 * Judges the recording: it must hold every block that the device took, one after the other, with the input of each, and every
 * command that was sealed, as it was sent or as one that was made to do nothing.
 */
import { EntryField, type LogEntry, Opcode, opcodeMask } from "../../engine/log/command_log.ts";
import type { Recorder } from "../../engine/delivery/delivery_log.ts";
import { logEntryWords } from "../../engine/memory/constants.ts";
import { blockRecordWords } from "../../engine/session/session_format.ts";

export interface RecordingOracleOptions {
  readonly startBlock: number;
  readonly startPosition: number;
  /** What was sent at a log position. */
  readonly entryAt: (position: number) => LogEntry | undefined;
  /** What was captured of a block, of one channel; omitted: no input is recorded. */
  readonly inputOf?: (block: number) => readonly number[];
  readonly onViolation: (text: string) => void;
}

export class RecordingOracle implements Recorder {
  readonly recording = true;
  readonly #entryAt: (position: number) => LogEntry | undefined;
  readonly #onViolation: (text: string) => void;
  readonly #inputOf: RecordingOracleOptions["inputOf"];
  /** What it says of streams, by block. */
  readonly #late = new Map<number, number>();
  #nextBlock: number;
  #nextPosition: number;
  /** The block whose input comes next. */
  #nextInput: number;

  constructor({ startBlock, startPosition, entryAt, inputOf, onViolation }: RecordingOracleOptions) {
    this.#nextBlock = this.#nextInput = startBlock | 0;
    this.#nextPosition = startPosition | 0;
    this.#entryAt = entryAt;
    this.#inputOf = inputOf;
    this.#onViolation = onViolation;
  }

  write(type: string, payload: Uint8Array): void {
    const words = new Int32Array(payload.slice().buffer);
    if (type === "BLKS") this.#blocks(words);
    else if (type === "CMDS") this.#commands(words);
    else if (type === "INPT" && this.#inputOf) this.#input(words, this.#inputOf);
    else if (type === "GAP ") this.#gap(words);
    else if (type === "LATE") this.#noteLate(words);
    else this.#onViolation(`the recording has a ${type} chunk`);
  }

  #blocks(words: Int32Array): void {
    if (words[0] !== this.#nextBlock) {
      this.#onViolation(`the recording goes on with block ${words[0]}, expected ${this.#nextBlock}`);
    }
    this.#nextBlock = (words[0] + (words.length - 1) / blockRecordWords) | 0;
  }

  #noteLate(words: Int32Array): void {
    for (let at = 0; at < words.length; at += 2) this.#late.set(words[at], words[at + 1]);
  }

  /** At the end: every block that is recorded has its late players, as they were sealed. */
  checkLate(late: ReadonlyMap<number, number>): void {
    for (const [block, sealed] of late) {
      const recorded = this.#late.get(block) ?? 0;
      if (((block - this.#nextBlock) | 0) < 0 && sealed !== recorded) {
        this.#onViolation(`block ${block} is recorded with the late players ${recorded}, expected ${sealed}`);
      }
    }
  }

  /** Whether there may be one is for the delivery log to say. */
  #gap([block, blocks]: Int32Array): void {
    if (block !== this.#nextBlock) this.#onViolation(`a gap in the recording begins at block ${block}`);
    this.#nextBlock = this.#nextInput = (block + blocks) | 0;
  }

  #input(words: Int32Array, inputOf: (block: number) => readonly number[]): void {
    const recorded = new Float32Array(words.buffer, 4);
    const captured = inputOf(words[0]);
    if (words[0] !== this.#nextInput || captured.some((sample, frame) => sample !== recorded[frame])) {
      this.#onViolation(`the recording lacks the input of block ${this.#nextInput}`);
    }
    this.#nextInput = (words[0] + 1) | 0;
  }

  #commands(words: Int32Array): void {
    for (let at = 1; at < words.length; at += logEntryWords) {
      const position = words[at + EntryField.position];
      const opcode = words[at + EntryField.opcode] & opcodeMask;
      const sent = this.#entryAt(position);
      const intact = position === this.#nextPosition && sent !== undefined &&
        (opcode === sent.opcode || opcode === Opcode.none) && words[at + EntryField.target] === sent.target;
      if (!intact) this.#onViolation(`the recording lacks the command at ${this.#nextPosition}`);
      this.#nextPosition = (this.#nextPosition + 1) | 0;
    }
  }
}
