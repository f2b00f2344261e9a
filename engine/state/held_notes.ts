import { logEntryWords } from "../memory/constants.ts";
import { EntryField, instrumentShift, Opcode, opcodeMask } from "../log/command_log.ts";
import type { SessionMark } from "../session/session_format.ts";

/** Notes that are remembered, far more than can sound: percussion may never be released, so older ones are forgotten. */
const maxHeldNotes = 1_024;

/** Follows the log for notes and pedals that senders hold down, so that they can be released when their senders are gone. */
export class HeldNotes {
  /** Instrument and id by the text of both, the oldest first. */
  readonly #notes = new Map<string, readonly [number, number]>();
  readonly #pedals = new Set<number>();

  /** Takes over what a mark remembers. */
  restore({ heldNotes, heldPedals }: Pick<SessionMark, "heldNotes" | "heldPedals">): void {
    this.clear();
    heldNotes.forEach(([instrument, id]) => this.#notes.set(`${instrument} ${id}`, [instrument, id]));
    heldPedals.forEach((instrument) => this.#pedals.add(instrument));
  }

  /** Forgets everything. */
  clear(): void {
    this.#notes.clear();
    this.#pedals.clear();
  }

  /** Records whole entries of the log, in their order; `words` begins with one. */
  record(words: Int32Array): void {
    for (let entry = 0; entry + logEntryWords <= words.length; entry += logEntryWords) {
      const code = words[entry + EntryField.opcode];
      this.#recordEntry(code & opcodeMask, code >>> instrumentShift, words[entry + EntryField.target]);
    }
  }

  /** Instrument and id of each held note, the oldest first. */
  get notes(): readonly (readonly [number, number])[] {
    return [...this.#notes.values()];
  }

  /** Instruments whose pedal is down. */
  get pedals(): readonly number[] {
    return [...this.#pedals];
  }

  #recordEntry(opcode: number, instrument: number, target: number): void {
    const key = `${instrument} ${target}`;
    switch (opcode) {
      case Opcode.noteOn:
        this.#notes.delete(key); // to the end of the order
        this.#notes.set(key, [instrument, target]);
        if (this.#notes.size > maxHeldNotes) this.#notes.delete(this.#notes.keys().next().value!);
        break;
      case Opcode.noteOff:
        this.#notes.delete(key);
        break;
      case Opcode.pedal:
        if (target !== 0) this.#pedals.add(instrument);
        else this.#pedals.delete(instrument);
        break;
      case Opcode.panic:
        this.#notes.clear();
    }
  }
}
