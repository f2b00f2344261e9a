/**
 * Judges quarantine: a poison command, on which every renderer breaks, takes the sound once at most, and what is made to do
 * nothing is poison, or comes with it.
 */
import { type LogEntry, Opcode } from "../../engine/log/command_log.ts";
import { poisonNumber } from "../../testing/patch/tally_patch.ts";

export class PoisonOracle {
  readonly #onViolation: (text: string) => void;
  /** Blocks on which a renderer has broken since lockstep was last lost or gained. */
  #trapped = new Set<number>();
  /** Blocks that have already taken the sound. */
  readonly #taken = new Set<number>();
  /** Poison that was sent, and times that some was quarantined. */
  sent = 0;
  quarantines = 0;

  constructor(onViolation: (text: string) => void) {
    this.#onViolation = onViolation;
  }

  /** A renderer ran into a trap while it rendered this block. */
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
    if (!entries.some(({ opcode, value }) => opcode === Opcode.noteOn && value === poisonNumber)) {
      this.#onViolation("commands without poison were quarantined");
    }
  }
}
