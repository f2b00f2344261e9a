/**
 * Compares the results of the renderers: the checksum of every block in their rings, and the checksum of their whole
 * state at every check. The callback votes too, but only when a block is due; this finds a wrong renderer as soon as two
 * others have published the same block, and finds damage that cannot be heard yet. Main isolate.
 */
import { within } from "../memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { slotIndex } from "../memory/places.ts";
import { reportFieldIndex } from "../memory/seats.ts";

/** A checksum and the seat of the renderer that computed it. */
export interface Ballot {
  readonly seat: number;
  readonly low: number;
  readonly high: number;
}

/** The seats that lost the vote; `undecided` when checksums differ without a majority. */
export interface Verdict {
  readonly outvoted: readonly number[];
  readonly undecided: boolean;
}

/** Majority of checksums: more than half of the ballots must agree. */
export function vote(ballots: readonly Ballot[]): Verdict {
  const agreeing = (ballot: Ballot) =>
    ballots.filter((other) => other.low === ballot.low && other.high === ballot.high).length;
  if (ballots.length < 2 || agreeing(ballots[0]) === ballots.length) {
    return { outvoted: [], undecided: false };
  }
  const majority = ballots.find((ballot) => agreeing(ballot) * 2 > ballots.length);
  if (!majority) return { outvoted: [], undecided: true };
  return {
    outvoted: ballots.filter((ballot) => ballot.low !== majority.low || ballot.high !== majority.high)
      .map((ballot) => ballot.seat),
    undecided: false,
  };
}

/** The findings of one comparison. */
export interface ComparisonResult {
  readonly outvoted: ReadonlySet<number>;
  /** First block, or state check, that differed. */
  readonly block: number | undefined;
  readonly undecided: boolean;
}

/** Remembers how far it has compared; one for an engine. */
export class Comparison {
  readonly #memory: SharedMemory;
  #next: number;
  #checked: number;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#next = memory.consumed();
    this.#checked = (this.#next - 1) | 0;
  }

  /** @param seats renderers in lockstep */
  poll(seats: readonly number[]): ComparisonResult {
    const outvoted = new Set<number>();
    let block: number | undefined;
    let undecided = false;
    const note = (at: number, verdict: Verdict) => {
      if (verdict.outvoted.length === 0 && !verdict.undecided) return;
      block ??= at;
      undecided ||= verdict.undecided;
      verdict.outvoted.forEach((seat) => outvoted.add(seat));
    };
    if (seats.length < 2) return { outvoted, block, undecided };
    this.#eachBlock(seats, note);
    this.#eachCheck(seats, note);
    return { outvoted, block, undecided: undecided && outvoted.size === 0 };
  }

  /** Compares the blocks that all renderers have published, among those that still have them. */
  #eachBlock(seats: readonly number[], note: (block: number, verdict: Verdict) => void): void {
    const published = seats.map((seat) => this.#report(seat, "published"));
    const first = published.reduce((a, b) => blocksBetween(a, b) < 0 ? a : b);
    const oldest = (first - this.#memory.geometry.ringSlots) | 0;
    if (blocksBetween(this.#next, oldest) < 0) this.#next = oldest;
    while (blocksBetween(first, this.#next) > 0) {
      const block = this.#next;
      note(block, vote(seats.flatMap((seat) => this.#ballot(seat, block) ?? [])));
      this.#next = (this.#next + 1) | 0;
    }
  }

  #eachCheck(seats: readonly number[], note: (block: number, verdict: Verdict) => void): void {
    const blocks = seats.map((seat) => this.#report(seat, "checkBlock"));
    const newest = blocks.reduce((a, b) => blocksBetween(a, b) > 0 ? a : b);
    if (newest === this.#checked || blocks.some((block) => block !== newest)) return;
    this.#checked = newest;
    note(newest, vote(seats.flatMap((seat) => this.stateAt(seat, newest) ?? [])));
  }

  /** Checksum of a renderer's state at the start of `block`, while it is its latest check. */
  stateAt(seat: number, block: number): Ballot | undefined {
    if (this.#report(seat, "checkBlock") !== block) return undefined;
    const ballot = { seat, low: this.#report(seat, "checkLow"), high: this.#report(seat, "checkHigh") };
    return this.#report(seat, "checkBlock") === block ? ballot : undefined;
  }

  /** Block of a renderer's latest check. */
  lastCheck(seat: number): number {
    return this.#report(seat, "checkBlock");
  }

  #ballot(seat: number, block: number): Ballot | undefined {
    const { words } = this.#memory;
    const slot = slotIndex(this.#memory, seat, block);
    const tag = () => Atomics.load(words, slot + within.slot.tag.index);
    if (tag() !== block) return undefined;
    const ballot = {
      seat,
      low: words[slot + within.slot.checksumLow.index],
      high: words[slot + within.slot.checksumHigh.index],
    };
    return tag() === block ? ballot : undefined;
  }

  #report(seat: number, name: keyof typeof within.seatReport): number {
    return Atomics.load(this.#memory.words, reportFieldIndex(this.#memory, seat, name));
  }
}
