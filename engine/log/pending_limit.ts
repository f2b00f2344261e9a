import { pendingCapacity } from "../memory/constants.ts";
import { CommandRefusedError } from "../control/control.ts";
import { blocksBetween } from "../memory/shared_memory.ts";

/** Counts the timed commands that may still wait in the renderers' pending queues, which are bounded. Main isolate. */
export class PendingLimit {
  #due: number[] = [];

  /**
   * Takes places for commands that are due at `block`.
   *
   * @param sealed every block before it is sealed, so what was due before no longer waits in any renderer. Not the block that
   *   the device takes next: while sound is concealed, that runs ahead of what renderers will have to make up for.
   * @throws {CommandRefusedError} when there are not enough
   */
  hold(block: number, count: number, sealed: number): void {
    if (this.waiting(sealed) + count > pendingCapacity) {
      throw new CommandRefusedError(
        `${this.#due.length} commands wait for their time already, at most ${pendingCapacity} can; send them later`,
      );
    }
    for (let index = 0; index < count; index++) this.#due.push(block);
  }

  /** Commands that wait for their time, at most. */
  waiting(sealed: number): number {
    this.#due = this.#due.filter((due) => blocksBetween(due, sealed) >= 0);
    return this.#due.length;
  }

  /** A `clear` went into the log: whatever was held before it waits no more. Returns how many commands that were, at most. */
  clear(): number {
    const count = this.#due.length;
    this.#due = [];
    return count;
  }
}
