import { pendingCapacity } from "../memory/constants.ts";
import { CommandRefusedError } from "../control/control.ts";
import { blocksBetween } from "../memory/shared_memory.ts";

/** Commands that are about to be appended and wait for their time. */
export interface TimedCommands {
  /** The block in which they are due. */
  readonly block: number;
  /** Log positions, from the first on. */
  readonly position: number;
  readonly count: number;
  /** Where they come from. */
  readonly sender: string;
}

interface Waiting {
  readonly block: number;
  readonly position: number;
  readonly sender: string;
}

/** The sender of what a show hands over. */
export const showSender = "show";

/** Part of the places that the others leave free which one sender may take: each further sender still finds some. */
const senderShare = 0.75;

/**
 * Counts the timed commands that may still wait in the renderers' pending queues, which are bounded, and knows where they
 * are in the log. No sender can take all places. Main isolate.
 */
export class PendingLimit {
  #waiting: Waiting[] = [];

  /**
   * Acquires places for commands.
   *
   * @param sealed every block before it is sealed, so commands due before no longer wait in any renderer. Not the block that
   *   the device takes next: while sound is concealed, that runs ahead of the blocks that renderers still have to render.
   * @throws {CommandRefusedError} when there are not enough
   */
  acquire({ block, position, count, sender }: TimedCommands, sealed: number): void {
    const all = this.waiting(sealed);
    const own = this.#waiting.filter((waiting) => waiting.sender === sender).length;
    const most = Math.floor(senderShare * (pendingCapacity - (all - own)));
    if (own + count > most) {
      throw new CommandRefusedError(
        `${own} commands of this sender wait for their time, at most ${most} of one sender can while ${
          all - own
        } of others do; send later ones when some are due, or drop all that wait with /clear`,
      );
    }
    this.restore({ block, position, count, sender });
  }

  /**
   * Acquires places for what a show hands over in advance, which no share limits.
   *
   * @param sealed as of {@link acquire}
   * @throws {CommandRefusedError} when there are not enough
   */
  acquireForShow(commands: readonly Omit<TimedCommands, "sender" | "count">[], sealed: number): void {
    const all = this.waiting(sealed);
    if (all + commands.length > pendingCapacity) {
      throw new CommandRefusedError(
        `${all} commands wait for their time, so there is no room for ${commands.length} of the show; drop them with /clear`,
      );
    }
    for (const command of commands) this.restore({ ...command, count: 1, sender: showSender });
  }

  /** What a show has handed over for a block or later. */
  ofShow(block: number): TimedCommands[] {
    return this.#waiting.filter((waiting) =>
      waiting.sender === showSender && blocksBetween(waiting.block, block) >= 0
    ).map((waiting) => ({ ...waiting, count: 1 }));
  }

  /** A `retract` was appended to the log: what a show has handed over for a block or later does not wait any more. */
  retract(block: number): void {
    this.#waiting = this.#waiting.filter((waiting) =>
      waiting.sender !== showSender || blocksBetween(waiting.block, block) < 0
    );
  }

  /** Takes over commands that wait already, appended by an earlier control process; however many they are, they are there. */
  restore({ block, position, count, sender }: TimedCommands): void {
    for (let index = 0; index < count; index++) {
      this.#waiting.push({ block, position: (position + index) | 0, sender });
    }
  }

  /** Commands that wait for their time, at most. */
  waiting(sealed: number): number {
    this.#waiting = this.#waiting.filter(({ block }) => blocksBetween(block, sealed) >= 0);
    return this.#waiting.length;
  }

  /** Log positions of the commands that are due in a block. */
  dueIn(block: number): readonly number[] {
    return this.#waiting.filter((waiting) => waiting.block === block).map(({ position }) => position);
  }

  /** A `clear` or an `anchor` was appended to the log: no earlier command waits any more. Returns how many those were, at most. */
  clear(): number {
    const count = this.#waiting.length;
    this.#waiting = [];
    return count;
  }
}
