import { pendingCapacity } from "../memory/constants.ts";
import { CommandRefusedError } from "../control/control.ts";
import { blocksBetween } from "../memory/shared_memory.ts";

/** Counts the timed commands that may still wait in the renderers' pending queues, which are bounded. Main isolate. */
export class PendingLimit {
  #due: number[] = [];

  /**
   * Acquires places for commands that are due at `block`.
   *
   * @param sealed every block before it is sealed, so commands due before no longer wait in any renderer. Not the block that
   *   the device takes next: while sound is concealed, that runs ahead of the blocks that renderers still have to render.
   * @throws {CommandRefusedError} when there are not enough
   */
  acquire(block: number, count: number, sealed: number): void {
    if (this.waiting(sealed) + count > pendingCapacity) {
      throw new CommandRefusedError(
        `${this.#due.length} commands wait for their time, at most ${pendingCapacity} can; send later ones when some are due`,
      );
    }
    for (let index = 0; index < count; index++) this.#due.push(block);
  }

  /** Commands that wait for their time, at most. */
  waiting(sealed: number): number {
    this.#due = this.#due.filter((due) => blocksBetween(due, sealed) >= 0);
    return this.#due.length;
  }

  /** A `clear` was appended to the log: no earlier command waits any more. Returns how many those were, at most. */
  clear(): number {
    const count = this.#due.length;
    this.#due = [];
    return count;
  }
}
