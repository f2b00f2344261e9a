import { pendingCapacity } from "../constants.ts";
import { CommandRefused } from "../control.ts";
import { blocksBetween } from "../memory/shared_memory.ts";

/** Counts the timed commands that may still wait in the renderers' pending queues, which are bounded. Main isolate. */
export class PendingLimit {
  #due: number[] = [];

  /**
   * Takes places for commands that are due at `block`.
   *
   * @param consumed the block that the device takes next: what was due before no longer waits
   * @throws {CommandRefused} when there are not enough
   */
  hold(block: number, count: number, consumed: number): void {
    this.#due = this.#due.filter((due) => blocksBetween(due, consumed) >= 0);
    if (this.#due.length + count > pendingCapacity) {
      throw new CommandRefused(
        `${this.#due.length} commands wait for their time already, at most ${pendingCapacity} can; send them later`,
      );
    }
    for (let index = 0; index < count; index++) this.#due.push(block);
  }
}
