/**
 * Poison: a command on which every renderer breaks. When no renderer is left in lockstep and two or more have thrown or
 * trapped at the same block, the commands that take effect in that block are turned into no-ops, so that renderers joining
 * later replay past them. This includes commands that arrived earlier and were due in that block. Main isolate.
 */
import { logCapacity, logEntryWords } from "../memory/constants.ts";
import { type CommandLog, EntryField, Opcode } from "../log/command_log.ts";
import { completePosition, sealLost, type SealTable } from "../log/seal_table.ts";
import { blocksBetween } from "../memory/shared_memory.ts";

/** A renderer that broke: while rendering `block`, with the log taken in up to `position` before. */
interface Failure {
  readonly block: number;
  readonly position: number;
}

/** Renderers that must have broken at the same block before a command is blamed. */
const witnesses = 2;

/** Remembers which renderers broke, and where, since all were last in lockstep. */
export class Quarantine {
  readonly #log: CommandLog;
  readonly #seals: SealTable;
  #failures: Failure[] = [];

  constructor(log: CommandLog, seals: SealTable) {
    this.#log = log;
    this.#seals = seals;
  }

  noteFailure(failure: Failure): void {
    this.#failures.push(failure);
  }

  /** All are in lockstep: whatever broke some of them did not break all. */
  forget(): void {
    this.#failures = [];
  }

  /** To be called when no renderer is in lockstep: quarantines the commands to blame. Returns their positions in the log. */
  decide(): number[] {
    const failure = this.#failures.find(({ block }) =>
      this.#failures.filter((other) => other.block === block).length >= witnesses
    );
    if (!failure) return [];
    this.#failures = this.#failures.filter(({ block }) => block !== failure.block);
    const seal = this.#seals.read(failure.block);
    if (seal === sealLost) return [];
    const end = completePosition(failure.position, seal);
    const found: number[] = [];
    const words = new Int32Array(logEntryWords);
    // A timed command may have been taken in long ago: every entry that is not yet overwritten is examined.
    for (let position = (end - logCapacity + 1) | 0; position !== end; position = (position + 1) | 0) {
      this.#log.copyEntry(position, words, 0);
      if (words[EntryField.position] !== position || words[EntryField.opcode] === Opcode.none) continue;
      const sealedNow = blocksBetween(position, failure.position) >= 0;
      const timed = words[EntryField.when] === 1;
      const due = timed ? blocksBetween(words[EntryField.block], failure.block) : sealedNow ? 0 : -1;
      if (due === 0 || (sealedNow && due < 0)) found.push(position);
    }
    return found.filter((position) => this.#log.quarantine(position));
  }
}
