/**
 * Judges the recording: it must hold every block that the device took, one after the other, and every command that was
 * sealed, as it was sent or as one that was made to do nothing.
 */
import { EntryField, type LogEntry, Opcode, opcodeMask } from "../../engine/log/command_log.ts";
import type { Recorder } from "../../engine/delivery/delivery_log.ts";
import { logEntryWords } from "../../engine/memory/constants.ts";
import { blockRecordWords } from "../../engine/session/session_format.ts";

export class RecordingOracle implements Recorder {
  readonly recording = true;
  readonly #entryAt: (position: number) => LogEntry | undefined;
  readonly #onViolation: (text: string) => void;
  #nextBlock: number;
  #nextPosition: number;

  /** @param entryAt what was sent at a log position */
  constructor(
    start: { readonly block: number; readonly position: number },
    entryAt: (position: number) => LogEntry | undefined,
    onViolation: (text: string) => void,
  ) {
    this.#nextBlock = start.block | 0;
    this.#nextPosition = start.position | 0;
    this.#entryAt = entryAt;
    this.#onViolation = onViolation;
  }

  write(type: string, payload: Uint8Array): void {
    const words = new Int32Array(payload.slice().buffer);
    if (type === "BLKS") this.#blocks(words);
    else if (type === "CMDS") this.#commands(words);
    else this.#onViolation(`the recording has a ${type} chunk`);
  }

  #blocks(words: Int32Array): void {
    if (words[0] !== this.#nextBlock) {
      this.#onViolation(`the recording goes on with block ${words[0]}, expected ${this.#nextBlock}`);
    }
    this.#nextBlock = (words[0] + (words.length - 1) / blockRecordWords) | 0;
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
