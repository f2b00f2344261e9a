/**
 * The command log: the only way into the sound. The main isolate is its only writer; renderers read.
 *
 * A ring of fixed-size entries with a head that only grows (and wraps). Entries are written first, the head is stored
 * after them, once for a whole bundle: a seal takes the head at one instant, so a bundle is never torn apart. An entry
 * may be overwritten only when no renderer, living or joining from a snapshot, can still need it; the main isolate
 * states that limit with {@link CommandLog.release}, and refuses commands rather than pass it.
 */
import type { SharedMemory } from "../memory/shared_memory.ts";
import { fixed } from "../memory/layout.ts";
import { logEntryWords } from "../memory/constants.ts";
import { logEntryIndex } from "../memory/places.ts";

/**
 * The kinds of entries. A quarantined entry becomes `none`; `clear` drops every entry before it in the log that still
 * waits for its time. `anchor` is where renderers begin again with the untouched state of a patch, when none could go on:
 * at the block that it names, with nothing that came before. `lookahead` is how far renderers run ahead
 * from the block after the one that seals it: the input that a block hears depends on it. `shed` limits the voices that may sound.
 * `silence` fades out the voices of an instrument whose notes have certain ids. Those of players act on streams; the number of the
 * player stands in place of the instrument. `retract` drops every entry of a show before it in the log that is due at the block which
 * it names or later: what a show has handed over in advance, and what an operator has changed since.
 */
export const Opcode = {
  none: 0,
  noteOn: 1,
  noteOff: 2,
  panic: 3,
  set: 4,
  pedal: 5,
  exchange: 6,
  clear: 7,
  express: 8,
  expressAll: 9,
  lookahead: 10,
  anchor: 11,
  shed: 12,
  silence: 13,
  playerOpen: 14,
  playerSlice: 15,
  playerSeek: 16,
  playerGate: 17,
  playerLevel: 18,
  playerRate: 19,
  playerRoute: 20,
  playerDevamp: 21,
  retract: 22,
} as const;

/** The word of the opcode carries the index of the instrument above it. */
export const instrumentShift = 8;
export const opcodeMask = 0xFF;

/**
 * A suspended entry is `none`, and keeps its opcode here, above the instrument: so any control process can let it act again, not
 * only the one that suspended it.
 */
const suspendedShift = 24;
const instrumentMask = 0xFFFF00;

/** Words of an entry. `when` 0: at the start of the block that seals it; else at `block` and `frame`, 2: as a part of a show. */
export const EntryField = {
  block: 0,
  frame: 1,
  when: 2,
  opcode: 3,
  target: 4,
  value: 5,
  extra: 6,
  position: 7,
} as const;

export interface LogEntry {
  readonly opcode: number;
  /** Index of the instrument; omitted: the first, or none. */
  readonly instrument?: number;
  /**
   * Note id, the first id that is silenced, kind of expression of all notes, index of the parameter, 1 for a pedal that is down, the number of the patch that is
   * exchanged for or begun with, blocks of lookahead, voices that may sound, 0 for all, or the block from which on a show is retracted.
   */
  readonly target: number;
  readonly value: number;
  readonly extra: number;
  /** Omitted: at the start of the block that seals it. */
  readonly at?: { readonly block: number; readonly frame: number };
  /** Whether it is a part of a show, which may take it back; with a time only. */
  readonly isOfShow?: boolean;
}

/** Where renderers begin again when none could go on: an entry of the log, the block at which it takes effect, and a patch. */
export interface Anchor {
  readonly position: number;
  readonly block: number;
  /** Number of the patch. */
  readonly patch: number;
}

export class CommandLog {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #floats: Float32Array<SharedArrayBuffer>;
  readonly #memory: SharedMemory;
  readonly #capacity: number;
  #head: number;
  #kept: number;

  /** Goes on where the memory's log stands. One that has entries keeps all of them until the first {@link release}. */
  constructor(memory: SharedMemory) {
    this.#words = memory.words;
    this.#floats = memory.floats;
    this.#memory = memory;
    this.#capacity = memory.geometry.logCapacity;
    this.#head = Atomics.load(this.#words, fixed.log.head.index);
    const isFresh = this.#head === (memory.geometry.startLogPosition | 0);
    this.#kept = isFresh ? this.#head : (this.#head - (this.#capacity - 1)) | 0;
  }

  /** Entries ever appended, as a wrapping word. */
  get head(): number {
    return this.#head;
  }

  /** Position of the oldest entry that may not be overwritten. */
  get kept(): number {
    return this.#kept;
  }

  /** How many entries fit now. One place stays free, so that 16 bits hold every distance. */
  get room(): number {
    return this.#capacity - 1 - ((this.#head - this.#kept) | 0);
  }

  /** Appends all entries as one. Throws RangeError when they do not fit; ask {@link room} first. */
  append(entries: readonly LogEntry[]): void {
    if (entries.length > this.room) {
      throw new RangeError(`command log: room for ${this.room} entries, found ${entries.length}`);
    }
    for (const entry of entries) {
      const start = logEntryIndex(this.#memory, this.#head);
      // a renderer that is a whole lap behind may be reading: the position of another place matches none here
      Atomics.exchange(this.#words, start + EntryField.position, (this.#head + 1) | 0);
      this.#words[start + EntryField.block] = entry.at?.block ?? 0;
      this.#words[start + EntryField.frame] = entry.at?.frame ?? 0;
      this.#words[start + EntryField.when] = entry.at ? entry.isOfShow ? 2 : 1 : 0;
      this.#words[start + EntryField.opcode] = entry.opcode | (entry.instrument ?? 0) << instrumentShift;
      this.#words[start + EntryField.target] = entry.target;
      this.#floats[start + EntryField.value] = entry.value;
      this.#floats[start + EntryField.extra] = entry.extra;
      Atomics.store(this.#words, start + EntryField.position, this.#head);
      this.#head = (this.#head + 1) | 0;
    }
    Atomics.store(this.#words, fixed.log.head.index, this.#head);
  }

  /** Appends one entry of a recorded session as it stood. Offline renderer only. */
  appendRaw(words: Int32Array): void {
    this.#words.set(words, logEntryIndex(this.#memory, this.#head));
    this.#head = (this.#head + 1) | 0;
    Atomics.store(this.#words, fixed.log.head.index, this.#head);
  }

  /** States that no renderer needs entries before `position` any more. */
  release(position: number): void {
    if (((position - this.#kept) | 0) > 0) this.#kept = position | 0;
  }

  /** Whether the entry at a position was not overwritten. */
  holds(position: number): boolean {
    return this.#words[logEntryIndex(this.#memory, position) + EntryField.position] === position;
  }

  /** Copies the raw words of an entry that is still kept, for the session recording. A suspended one is copied as it was. */
  copyEntry(position: number, into: Int32Array, at: number): void {
    const start = logEntryIndex(this.#memory, position);
    for (let word = 0; word < logEntryWords; word++) into[at + word] = this.#words[start + word];
    into[at + EntryField.opcode] = actingWord(into[at + EntryField.opcode]);
  }

  /** Lets kept entries do nothing until {@link restore}, or for good once they are quarantined. */
  suspend(positions: readonly number[]): void {
    for (const position of positions) {
      const index = logEntryIndex(this.#memory, position) + EntryField.opcode;
      const word = this.#words[index];
      Atomics.store(this.#words, index, (word & opcodeMask) << suspendedShift | (word & instrumentMask));
    }
  }

  /** For which failure entries are suspended; kept in the memory as they are. */
  get search(): { readonly originBlock: number; readonly block: number } {
    const { searchOrigin, searchBlock } = fixed.control;
    return { originBlock: this.#words[searchOrigin.index], block: this.#words[searchBlock.index] };
  }

  set search({ originBlock, block }: { readonly originBlock: number; readonly block: number }) {
    const { searchOrigin, searchBlock } = fixed.control;
    this.#words[searchOrigin.index] = originBlock;
    this.#words[searchBlock.index] = block;
  }

  /** Positions of the entries that are suspended, also by a control process before this one. */
  get suspended(): readonly number[] {
    const found: number[] = [];
    for (
      let position = (this.#head - this.#capacity) | 0;
      position !== this.#head;
      position = (position + 1) | 0
    ) {
      const start = logEntryIndex(this.#memory, position);
      const word = this.#words[start + EntryField.opcode];
      if (this.#words[start + EntryField.position] === position && actingWord(word) !== word) {
        found.push(position);
      }
    }
    return found;
  }

  /** Lets every suspended entry act again that was not quarantined. No renderer may be replaying the log. */
  restore(): void {
    for (const position of this.suspended) {
      const index = logEntryIndex(this.#memory, position) + EntryField.opcode;
      Atomics.store(this.#words, index, actingWord(this.#words[index]));
    }
  }

  /**
   * Makes an entry do nothing, in place; renderers read it again when they apply it. One that has been overwritten, but may
   * still wait for its time in the renderers, goes into a table that they read besides. A `clear` stays: it breaks no
   * renderer, and the commands it dropped must not come back. So do a `retract`, and a `lookahead`, which the device needs.
   *
   * @returns whether the entry does nothing from now on
   */
  quarantine(position: number): boolean {
    const start = logEntryIndex(this.#memory, position);
    if (this.#words[start + EntryField.position] !== position) {
      this.#stop(position);
      return true;
    }
    const opcode = this.#words[start + EntryField.opcode];
    if (opcode === Opcode.clear || opcode === Opcode.retract || opcode === Opcode.lookahead) return false;
    Atomics.store(this.#words, start + EntryField.opcode, Opcode.none);
    return true;
  }

  /** More than wait for their time at once never have to be known. */
  #stop(position: number): void {
    const { stoppedCount, stoppedCommands } = fixed.control;
    const count = this.#words[stoppedCount.index];
    this.#words[stoppedCommands.index + (count & (stoppedCommands.count - 1))] = position;
    Atomics.store(this.#words, stoppedCount.index, (count + 1) | 0);
  }
}

/** The word of an opcode as it is while the entry is not suspended. */
function actingWord(word: number): number {
  const opcode = word >>> suspendedShift;
  return (word & opcodeMask) === Opcode.none && opcode !== 0 ? opcode | (word & instrumentMask) : word;
}
