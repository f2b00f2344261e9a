/**
 * Which snapshot a joiner may trust, and which slot the standby writes next.
 *
 * A snapshot counts only when it is agreed: at its block, the state of another renderer had the same checksum (or there
 * is no other renderer). So a renderer that went wrong unheard cannot hand its state on. A slot in use by a joiner is
 * never written; and a joiner checks the checksum of what it has read, in case its writer did not stop.
 */
import { fixed, within } from "../memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { snapshotIndex } from "../memory/places.ts";
import type { Comparison } from "./comparison.ts";

/** Part of the seal table within which a snapshot is usable: a joiner must get through before it is overwritten. */
const marginFactor = 0.75;

/**
 * A snapshot that only its writer vouches for is accepted only when the last agreed one is older than this part of the seal
 * table. Otherwise a renderer that went wrong just before the others fell would pass its wrong state on to all that join.
 * Replaying a few seconds is cheaper. The simulator found this.
 */
const lonelyFactor = 0.4;

export class SnapshotSelector {
  readonly #memory: SharedMemory;
  readonly #comparison: Comparison;
  readonly #users = new Map<number, number>();
  readonly #sequences: number[];
  #accepted: number | undefined;
  #target = 0;

  /** Takes over the snapshot that the memory names as accepted. */
  constructor(memory: SharedMemory, comparison: Comparison) {
    this.#memory = memory;
    this.#comparison = comparison;
    this.#sequences = Array.from(
      { length: memory.geometry.snapshotCount },
      (_, slot) => this.#header(slot, "sequence"),
    );
    const accepted = Atomics.load(memory.words, fixed.control.acceptedSnapshot.index);
    if (accepted !== 0) this.#accepted = accepted - 1;
    this.#aim();
  }

  /** Slot of the last agreed snapshot; undefined: only the initial state is known. */
  get accepted(): number | undefined {
    return this.#accepted;
  }

  /** Whether a joiner can still reach the present from the last agreed snapshot, or from the start. */
  canJoin(consumed: number): boolean {
    return this.#age(consumed) < marginFactor;
  }

  /** How far back the best snapshot lies, as a part of the seal table. */
  #age(consumed: number): number {
    const { startBlock, sealCount } = this.#memory.geometry;
    const from = this.#accepted === undefined ? startBlock : this.#header(this.#accepted, "block");
    return blocksBetween(consumed, from) / sealCount;
  }

  /** Number of the oldest patch that a joiner may need: that of the accepted snapshot, and of those being read. */
  get oldestPatch(): number {
    if (this.#accepted === undefined) return 0;
    return Math.min(...[this.#accepted, ...this.#users.values()].map((slot) => this.#header(slot, "patch")));
  }

  /** Marks the accepted snapshot as being read by the renderer on `seat`. Returns its slot. */
  use(seat: number): number | undefined {
    if (this.#accepted !== undefined) this.#users.set(seat, this.#accepted);
    return this.#accepted;
  }

  /** Marks a snapshot that an earlier control process has given to the renderer on `seat`, which may still read it. */
  useAgain(seat: number, slot: number): void {
    this.#users.set(seat, slot);
  }

  /** Forgets users that are no longer joining: they have read their snapshot, or are gone. */
  keepUsers(joining: (seat: number) => boolean): void {
    for (const seat of this.#users.keys()) if (!joining(seat)) this.#users.delete(seat);
  }

  /**
   * Looks whether a new snapshot has been written and is agreed.
   *
   * @param seats renderers in lockstep
   * @returns log position before which no joiner needs entries any more, when that has changed
   */
  poll(seats: readonly number[]): number | undefined {
    if (this.#memory.words[fixed.control.snapshotTarget.index] === 0) this.#aim();
    const sequence = this.#header(this.#target, "sequence");
    if (sequence === this.#sequences[this.#target]) return undefined;
    const block = this.#header(this.#target, "block");
    const [low, high] = [
      this.#header(this.#target, "checksumLow"),
      this.#header(this.#target, "checksumHigh"),
    ];
    const states = seats.flatMap((seat) => this.#comparison.stateAt(seat, block) ?? []);
    const agreeing = states.filter((state) => state.low === low && state.high === high).length;
    const alone = seats.length === 1 && agreeing === 1 && this.#age(this.#memory.consumed()) > lonelyFactor;
    const agreed = agreeing >= 2 || alone;
    const waiting = states.length < seats.length && seats.length > 1 && agreeing < 2 &&
      this.#mayStillCome(seats, block);
    if (waiting) return undefined;
    this.#sequences[this.#target] = sequence;
    if (agreed) this.#accept(this.#target);
    this.#aim();
    return agreed ? this.oldestPosition : undefined;
  }

  #accept(slot: number): void {
    this.#accepted = slot;
    Atomics.store(this.#memory.words, fixed.control.acceptedSnapshot.index, slot + 1);
  }

  /** Some renderer has not come to the snapshot's block yet, so its checksum may still agree. */
  #mayStillCome(seats: readonly number[], block: number): boolean {
    return seats.some((seat) => blocksBetween(block, this.#comparison.lastCheck(seat)) > 0);
  }

  /** No joiner needs log entries before this position. */
  get oldestPosition(): number {
    if (this.#accepted === undefined) return this.#memory.geometry.startLogPosition | 0;
    const positions = [this.#accepted, ...this.#users.values()].map((slot) =>
      this.#header(slot, "logPosition")
    );
    return positions.reduce((a, b) => blocksBetween(a, b) < 0 ? a : b);
  }

  /** Chooses a slot that is neither the accepted one nor being read. */
  #aim(): void {
    const taken = new Set([...this.#users.values(), this.#accepted]);
    const count = this.#memory.geometry.snapshotCount;
    for (let step = 1; step <= count; step++) {
      const slot = (this.#target + step) % count;
      if (taken.has(slot)) continue;
      this.#target = slot;
      this.#sequences[slot] = this.#header(slot, "sequence");
      Atomics.store(this.#memory.words, fixed.control.snapshotTarget.index, slot + 1);
      return;
    }
    Atomics.store(this.#memory.words, fixed.control.snapshotTarget.index, 0);
  }

  #header(slot: number, name: keyof typeof within.snapshot): number {
    return Atomics.load(this.#memory.words, snapshotIndex(this.#memory, slot) + within.snapshot[name].index);
  }
}
