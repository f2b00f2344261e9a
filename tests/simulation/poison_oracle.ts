/**
 * Judges quarantine: a poison command, on which every renderer breaks, takes the sound once at most, and what is made to do
 * nothing is poison, or comes with it.
 */
import { type LogEntry, Opcode } from "../../engine/log/command_log.ts";
import { fuseNumber, hangNumber, poisonNumber } from "../../testing/patch/tally_patch.ts";

/** Numbers of notes on which every renderer breaks, at once or later. */
export const poisonNumbers: readonly number[] = [poisonNumber, hangNumber, fuseNumber];

export class PoisonOracle {
  readonly #onViolation: (text: string) => void;
  /** Blocks on which a renderer has broken since lockstep was last lost or gained. */
  #trapped = new Set<number>();
  /** Blocks that have already taken the sound. */
  readonly #taken = new Set<number>();
  /** A command was sent that breaks every renderer some blocks later. */
  fuseIsLit = false;
  /** Poison that was sent, and times that some was quarantined. */
  sent = 0;
  quarantines = 0;

  constructor(onViolation: (text: string) => void) {
    this.#onViolation = onViolation;
  }

  /** A command ran into a trap while a renderer rendered this block. A fuse is another matter: it takes a search to find it. */
  trapped(block: number): void {
    this.#trapped.add(block);
  }

  /** No renderer is in lockstep any more. */
  alone(): void {
    for (const block of this.#trapped) {
      if (this.#taken.has(block)) this.#onViolation(`the poison of block ${block} took the sound twice`);
      this.#taken.add(block);
    }
    this.#trapped = new Set();
  }

  /** Renderers are in lockstep again. */
  recovered(): void {
    this.#trapped = new Set();
  }

  /** These entries do nothing from now on. */
  quarantined(entries: readonly LogEntry[]): void {
    this.quarantines++;
    // a fuse breaks all in a block whose own commands are innocent, and go first
    if (this.fuseIsLit) return;
    if (!entries.some(({ opcode, value }) => opcode === Opcode.noteOn && poisonNumbers.includes(value))) {
      this.#onViolation("commands without poison were quarantined");
    }
  }
}
