/**
 * Which snapshot a joiner may trust, and which renderer writes the next one into which slot.
 *
 * **Who writes.** An arena of one piece is copied between two blocks, by the last renderer in line. Copying a larger one takes
 * longer than the lookahead: the spare steps out of lockstep for it and catches up by replay, while primary and standby play
 * on. Without a spare a large arena is not copied before its last snapshot is old, because then the copy costs sound or its
 * safety.
 *
 * **What counts.** A snapshot is agreed when its writer, after it, agreed with another renderer in all blocks of a whole sweep:
 * in their sound, and in every region of the state once. A joiner repeats what the writer did from the snapshot on, so it is
 * as good as the writer then was. A renderer that went wrong unheard therefore cannot hand its state on.
 *
 * **Which slot.** None that is agreed, that a joiner reads, or that a renderer says it may be writing. So a writer that is stopped
 * in the middle of a copy, loses its order to another and goes on later damages nothing; and a joiner checks the checksum of
 * what it has read, in case a thread did not keep to this.
 *
 * The agreed slots stand in the shared memory, so that a later control process goes on with them. Main isolate.
 */
import type { Anchor } from "../log/command_log.ts";
import { roleCount } from "../memory/constants.ts";
import { fixed, within } from "../memory/layout.ts";
import { snapshotIndex } from "../memory/places.ts";
import { reportFieldIndex } from "../memory/seats.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { orderNumber, type SnapshotOrder, snapshotOrder } from "../memory/snapshot_order.ts";
import type { Comparison } from "./comparison.ts";

/** Part of the seal table within which a snapshot is usable: a joiner must get through before it is overwritten. */
const marginFactor = 0.75;

/**
 * Only when the last agreed snapshot is older than this part of the seal table, a snapshot counts that nobody but its writer
 * vouches for, and a large arena is copied by a renderer that is needed. Otherwise a renderer that went wrong just before the
 * others fell would pass its wrong state on to all that join. Replaying a few seconds is cheaper. The simulator found this.
 */
const lonelyFactor = 0.4;

/** A copy that was ordered: from the order until it is agreed or given up. */
interface Copy extends SnapshotOrder {
  /** Of the slot, when the copy was ordered; another number means that it is written. */
  readonly sequence: number;
}

export class SnapshotSelector {
  readonly #memory: SharedMemory;
  readonly #comparison: Comparison;
  readonly #users = new Map<number, number>();
  /** Agreed slots, the newest first; at most two. */
  #agreed: readonly number[];
  /** A joiner may also begin at the start, or the last anchor: all of the log since then is still kept. */
  #isStartKept: boolean;
  /** What was answered last, for the time in which there is no snapshot. */
  #oldestPosition: number;
  #oldestPatch = 0;
  #ordered: Copy | undefined;
  #written: Copy | undefined;
  /** Slot that the journal reads. */
  #lent: number | undefined;

  /** Takes over the snapshot that the memory names as accepted. */
  constructor(memory: SharedMemory, comparison: Comparison) {
    this.#memory = memory;
    this.#comparison = comparison;
    const { acceptedSnapshot, previousSnapshot } = fixed.control;
    this.#agreed = [acceptedSnapshot, previousSnapshot].map(({ index }) =>
      Atomics.load(memory.words, index) - 1
    )
      .filter((slot) => slot >= 0);
    this.#isStartKept = this.accepted === undefined;
    this.#oldestPosition = memory.geometry.startLogPosition | 0;
    this.#order(undefined);
  }

  /** Slot of the last agreed snapshot; undefined: at most the initial state is known. */
  get accepted(): number | undefined {
    return this.#agreed[0];
  }

  /** Log position before which no joiner needs entries any more. */
  oldestPosition(): number {
    const kept = this.#isStartKept
      ? [this.#start.logPosition]
      : this.#kept.map((slot) => this.#header(slot, "logPosition"));
    return this.#oldestPosition = kept.reduce(
      (a, b) => blocksBetween(a, b) < 0 ? a : b,
      kept[0] ?? this.#oldestPosition,
    );
  }

  /** Number of the oldest patch that a joiner may need: that of an agreed snapshot, or of one being read. */
  oldestPatch(): number {
    const kept = this.#isStartKept
      ? [this.#start.patch]
      : this.#kept.map((slot) => this.#header(slot, "patch"));
    return this.#oldestPatch = kept.length === 0 ? this.#oldestPatch : Math.min(...kept);
  }

  /** Whether a joiner can still reach the present from the last agreed snapshot, or from the start. */
  canJoin(consumed: number): boolean {
    return this.#age(consumed) < marginFactor;
  }

  /** Keeps the accepted snapshot as it is, for the journal to read, until {@link takeBack}. Returns its slot. */
  lend(): number | undefined {
    return this.#lent = this.accepted;
  }

  /** The snapshot that was lent may be written again. */
  takeBack(): void {
    this.#lent = undefined;
  }

  /** Block and log position that a joiner begins from: of the accepted snapshot, of the last anchor, or of the start. */
  get origin(): { readonly block: number; readonly logPosition: number } {
    if (this.accepted === undefined) return this.#start;
    return {
      block: this.#header(this.accepted, "block"),
      logPosition: this.#header(this.accepted, "logPosition"),
    };
  }

  /** No replay leads to the present any more: nothing that was written is kept, nor the log for it. */
  abandon(): void {
    this.#users.clear();
    this.#written = undefined;
    this.#isStartKept = false;
    this.#keep([]);
    this.#order(undefined);
  }

  /** Renderers begin again at an anchor. */
  begin({ patch, block, position }: Anchor): void {
    const { words } = this.#memory;
    const { anchorPatch, anchorBlock, anchorPosition } = fixed.control;
    this.abandon();
    words[anchorBlock.index] = block;
    words[anchorPosition.index] = position;
    Atomics.store(words, anchorPatch.index, patch + 1);
    this.#isStartKept = true;
  }

  /** Marks the accepted snapshot as being read by the renderer on `seat`. Returns its slot. */
  use(seat: number): number | undefined {
    if (this.accepted !== undefined) this.#users.set(seat, this.accepted);
    return this.accepted;
  }

  /** Marks a snapshot that an earlier control process has given to the renderer on `seat`, which may still read it. */
  useAgain(seat: number, slot: number): void {
    this.#users.set(seat, slot);
  }

  /** Forgets users that are no longer joining: they have read their snapshot, or are gone. */
  keepUsers(joining: (seat: number) => boolean): void {
    for (const seat of this.#users.keys()) if (!joining(seat)) this.#users.delete(seat);
  }

  /** The renderer on `seat` found the snapshot that it was given damaged: nobody is given it any more. */
  reject(seat: number): void {
    const damaged = this.#users.get(seat);
    if (damaged === undefined) return;
    this.#keep(this.#agreed.filter((slot) => slot !== damaged));
  }

  /**
   * Follows the copy that was ordered, and orders the next.
   *
   * @param seats renderers in lockstep by role, those that are away among them
   * @param isUrgent the next one is to be written as soon as it can be, because the log fills
   */
  poll(seats: readonly number[], isUrgent = false): void {
    const writer = this.#writer(seats);
    const hurries = isUrgent && writer !== undefined && this.#isSmall(writer);
    if (this.#ordered !== undefined) {
      if (this.#header(this.#ordered.slot, "sequence") !== this.#ordered.sequence) {
        this.#written = this.#ordered;
        this.#order(undefined);
      } else if (this.#ordered.seat !== writer || (hurries && !this.#ordered.isUrgent)) {
        this.#order(undefined);
      }
    }
    if (this.#written !== undefined) this.#judge(this.#written, seats);
    if (this.#ordered === undefined && this.#written === undefined && writer !== undefined) {
      const slot = this.#freeSlot();
      if (slot !== undefined) {
        this.#order({ slot, seat: writer, isUrgent: hurries, sequence: this.#header(slot, "sequence") });
      }
    }
  }

  /** Slots that must stay as they are. */
  get #kept(): readonly number[] {
    const lent = this.#lent === undefined ? [] : [this.#lent];
    return [...this.#agreed, ...this.#users.values(), ...lent];
  }

  /** How far back the best snapshot lies, as a part of the seal table. */
  #age(consumed: number): number {
    if (this.accepted === undefined && !this.#isStartKept) return Infinity;
    return blocksBetween(consumed, this.origin.block) / this.#memory.geometry.sealCount;
  }

  /** Where a joiner begins without a snapshot: at the last anchor, or at the start of the engine. */
  get #start(): { readonly block: number; readonly logPosition: number; readonly patch: number } {
    const { geometry: { startBlock, startLogPosition }, words } = this.#memory;
    const { anchorPatch, anchorBlock, anchorPosition } = fixed.control;
    return words[anchorPatch.index] === 0
      ? { block: startBlock, logPosition: startLogPosition | 0, patch: 0 }
      : {
        block: words[anchorBlock.index],
        logPosition: words[anchorPosition.index],
        patch: words[anchorPatch.index] - 1,
      };
  }

  get #isOld(): boolean {
    return this.#age(this.#memory.consumed()) > lonelyFactor;
  }

  /** The renderer that writes: the last one in line. */
  #writer(seats: readonly number[]): number | undefined {
    const last = seats.at(-1);
    if (last === undefined) return undefined;
    return this.#isSmall(last) || seats.length === roleCount || this.#isOld ? last : undefined;
  }

  /** Whether the arena on a seat is copied between two blocks. */
  #isSmall(seat: number): boolean {
    return this.#report(seat, "arenaBytes") <= this.#memory.geometry.snapshotPieceBytes;
  }

  #judge(written: Copy, seats: readonly number[]): void {
    const { slot, seat } = written;
    const block = this.#header(slot, "block");
    const isAlone = seats.length === 1 && seats[0] === seat;
    if (this.#comparison.hasSweptSince(seat, block)) this.#accept(slot);
    else if (isAlone && this.#isOld) this.#accept(slot);
    else if (!seats.includes(seat)) {
      if (this.#isOld && this.#comparison.hasSweptAround(seat, block)) this.#accept(slot);
      else this.#written = undefined;
    }
  }

  #accept(slot: number): void {
    this.#written = undefined;
    this.#keep([slot, ...this.#agreed.slice(0, 1)]);
    if (this.#agreed.length > 1) this.#isStartKept = false;
  }

  /** Writes the agreed slots down: the older one first, so that there is always one. */
  #keep(agreed: readonly number[]): void {
    this.#agreed = agreed;
    const { words } = this.#memory;
    Atomics.store(words, fixed.control.previousSnapshot.index, (agreed[1] ?? -1) + 1);
    Atomics.store(words, fixed.control.acceptedSnapshot.index, (agreed[0] ?? -1) + 1);
  }

  /** The first slot that is not kept, and that no renderer may be writing; so that as few as possible are ever touched. */
  #freeSlot(): number | undefined {
    const { snapshotCount, seatCount } = this.#memory.geometry;
    const taken = new Set(this.#kept);
    for (let seat = 0; seat < seatCount; seat++) taken.add(this.#report(seat, "snapshotSlot") - 1);
    for (let slot = 0; slot < snapshotCount; slot++) if (!taken.has(slot)) return slot;
    return undefined;
  }

  #order(copy: Copy | undefined): void {
    this.#ordered = copy;
    const { words } = this.#memory;
    const { index } = fixed.control.snapshotTarget;
    const number = orderNumber(Atomics.load(words, index)) + 1;
    Atomics.store(words, index, snapshotOrder(number, copy));
  }

  #header(slot: number, name: keyof typeof within.snapshot): number {
    return Atomics.load(this.#memory.words, snapshotIndex(this.#memory, slot) + within.snapshot[name].index);
  }

  #report(seat: number, name: keyof typeof within.seatReport): number {
    return Atomics.load(this.#memory.words, reportFieldIndex(this.#memory, seat, name));
  }
}
