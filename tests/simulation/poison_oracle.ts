/**
 * Judges quarantine: a poison command, on which every renderer breaks, takes the sound once at most after two renderers have
 * broken on it, and what is made to do nothing is poison, or comes with it.
 */
import { type LogEntry, Opcode } from "../../engine/log/command_log.ts";
import { fuseNumber, hangNumber, poisonNumber } from "../../testing/patch/tally_patch.ts";

/** Numbers of notes on which every renderer breaks, at once or later. */
export const poisonNumbers: readonly number[] = [poisonNumber, hangNumber, fuseNumber];

export class PoisonOracle {
  readonly #onViolation: (text: string) => void;
  /** Blocks on which a renderer in lockstep has broken since lockstep was last lost or gained. */
  #trapped = new Set<number>();
  /** Renderers that broke on each block, and how many had when it last took the sound. */
  readonly #witnesses = new Map<number, number>();
  readonly #taken = new Map<number, number>();
  /** A command was sent that breaks every renderer some blocks later. */
  fuseIsLit = false;
  /** Poison that was sent, and times that some was quarantined. */
  sent = 0;
  quarantines = 0;

  constructor(onViolation: (text: string) => void) {
    this.#onViolation = onViolation;
  }

  /**
   * A command ran into a trap while a renderer rendered this block. A fuse is another matter: it takes a search to find it.
   *
   * @param heard renderers are in lockstep; otherwise the sound is gone already, and a joiner that breaks takes nothing
   */
  trapped(block: number, heard: boolean): void {
    if (heard) this.#trapped.add(block);
    this.#witnesses.set(block, (this.#witnesses.get(block) ?? 0) + 1);
  }

  /** No renderer is in lockstep any more. Where only one has broken, nothing can be blamed before another does. */
  alone(): void {
    for (const block of this.#trapped) {
      if ((this.#taken.get(block) ?? 0) > 1) {
        this.#onViolation(`the poison of block ${block} took the sound twice`);
      }
      this.#taken.set(block, this.#witnesses.get(block)!);
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
