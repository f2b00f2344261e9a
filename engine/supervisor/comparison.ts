/**
 * Compares the results of the renderers: the checksum of every block in their rings, and the checksum of the region of
 * their state that was due with it. The callback votes too, but only when a block is due; this finds a wrong renderer as
 * soon as the slowest in lockstep has published the same block, and within a sweep finds damage that cannot be heard yet.
 *
 * A block that only a wrong renderer had in time, or a wrong and a right one, was heard, because no vote was possible. When the
 * others come to it later and agree, this finds that too. Main isolate.
 */
import { DeliveredFlag, within } from "../memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { deliveredIndex, slotIndex } from "../memory/places.ts";
import { blocksToSweep, sweepBlocksOf } from "../memory/sweep.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";

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

/** A block in whose sound renderers differ, and which renderers they were. */
interface Dispute {
  readonly block: number;
  readonly incarnations: ReadonlyMap<number, number>;
}

const noSeats: readonly number[] = [];

/** Blocks of a dispute that are remembered: some seconds. */
const maxDisputed = 4_096;

/** The findings of one comparison. */
export interface ComparisonResult {
  readonly outvoted: ReadonlySet<number>;
  /** First block that differed, in sound or state. */
  readonly block: number | undefined;
  readonly undecided: boolean;
  /** Blocks that the device has got otherwise than two or more renderers agree on. */
  readonly wrong: readonly number[];
}

/** What a renderer published with a block. */
interface BlockRecord {
  readonly sound: Ballot;
  readonly state: Ballot;
  readonly regions: number;
}

/** Blocks without a gap in which a renderer agreed with another, in sound and state. */
interface Run {
  blocks: number;
  /** The block after the last of them. */
  end: number;
  /** Regions of its state. */
  regions: number;
  /** Whether it agreed in the last block, also where its state has no regions to compare. */
  agrees: boolean;
}

/** Remembers how far it has compared; one for an engine. */
export class Comparison {
  readonly #memory: SharedMemory;
  #next: number;
  /** Blocks in whose sound renderers differ, and no majority has said yet which are wrong. */
  #disputed: Dispute[] = [];
  /** Blocks before it were heard with commands that were taken back since. */
  #heardFrom: number | undefined;
  readonly #runs = new Map<number, Run>();

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#next = memory.consumed();
  }

  /** @param seats renderers in lockstep that are not away */
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
    const wrong: number[] = [];
    if (seats.length < 2) return { outvoted, block, undecided, wrong };
    if (this.#disputed.length > 0) this.#dropDisputes(seats, wrong);
    this.#eachBlock(seats, note, wrong);
    if (outvoted.size > 0) wrong.unshift(...this.#settleDispute(outvoted));
    return { outvoted, block, undecided: undecided && outvoted.size === 0, wrong };
  }

  /** Whether no renderer is known to be right about some blocks. */
  get hasDisputes(): boolean {
    return this.#disputed.length > 0;
  }

  /** Commands were taken back that had been heard: what was delivered before `block` is not what renderers play that replay it. */
  takeBackBefore(block: number): void {
    this.#heardFrom = block;
  }

  /**
   * Whether the renderer on a seat agreed with another in all blocks from `block` on, through every region of its state: then
   * its state at `block` was as good as theirs, for theirs now follows from it.
   */
  hasSweptSince(seat: number, block: number): boolean {
    const run = this.#runs.get(seat);
    if (run === undefined || run.regions === 0) return false;
    const first = (run.end - run.blocks) | 0;
    const from = blocksBetween(first, block) > 0 ? first : block; // a later sweep tells the same
    return blocksBetween(run.end, from) >= blocksToSweep(this.#memory.geometry, run.regions, from);
  }

  /** How many of these renderers agreed with another in the last block that was compared; 0: none is compared any more. */
  agreeing(seats: readonly number[]): number {
    const behind = blocksBetween(this.#memory.consumed(), this.#next);
    if (behind > this.#memory.geometry.ringSlots) return 0;
    return seats.filter((seat) => {
      const run = this.#runs.get(seat);
      return run !== undefined && run.agrees && run.end === this.#next;
    }).length;
  }

  /** Blocks without a gap, up to the last compared, in which it agreed with another. */
  agreedBlocks(seat: number): number {
    return this.#runs.get(seat)?.blocks ?? 0;
  }

  /** Whether it agreed, when last compared, through a whole sweep in the midst of which `block` lies. */
  hasSweptAround(seat: number, block: number): boolean {
    const run = this.#runs.get(seat);
    return run !== undefined && run.regions > 0 &&
      run.blocks >= sweepBlocksOf(this.#memory.geometry, run.regions) &&
      blocksBetween(run.end, block) > 0 && blocksBetween(block, run.end - run.blocks) >= 0;
  }

  /**
   * Compares the blocks that every one of these renderers has published, whether or not the device has taken them. A renderer
   * whose ring has moved on from a block has no ballot there.
   */
  #eachBlock(
    seats: readonly number[],
    note: (block: number, verdict: Verdict) => void,
    wrong: number[],
  ): void {
    const published = seats.map((seat) => this.#report(seat, "published"));
    const first = published.reduce((a, b) => blocksBetween(a, b) < 0 ? a : b);
    const oldest = (first - this.#memory.geometry.ringSlots) | 0;
    if (blocksBetween(this.#next, oldest) < 0) this.#next = oldest;
    while (blocksBetween(first, this.#next) > 0) {
      const block = this.#next;
      if (this.#agreeOn(seats, block)) {
        this.#next = (block + 1) | 0;
        continue;
      }
      const records = seats.flatMap((seat) => this.#record(seat, block) ?? []);
      const verdicts = [vote(records.map(({ sound }) => sound)), vote(records.map(({ state }) => state))];
      verdicts.forEach((verdict) => note(block, verdict));
      if (verdicts[0].undecided && this.#disputed.length < maxDisputed) {
        const incarnations = new Map(records.map(({ sound: { seat } }) => [seat, this.#incarnation(seat)]));
        this.#disputed.push({ block, incarnations });
      }
      if (this.#wasWrong(block, records.map(({ sound }) => sound), verdicts[0])) wrong.push(block);
      for (const record of records) this.#follow(block, record, records.length > 1 ? verdicts : undefined);
      this.#next = (this.#next + 1) | 0;
    }
  }

  /**
   * Whether all of them have the same sound and state in a block, and the device has got no other sound: then nothing is left to judge.
   * That is nearly every block, so nothing is allocated for it.
   */
  #agreeOn(seats: readonly number[], block: number): boolean {
    const { words } = this.#memory;
    const { tag, checksumLow, checksumHigh, stateLow, stateHigh, regions } = within.slot;
    const first = slotIndex(this.#memory, seats[0], block);
    for (const seat of seats) {
      const slot = slotIndex(this.#memory, seat, block);
      if (
        Atomics.load(words, slot + tag.index) !== block ||
        words[slot + checksumLow.index] !== words[first + checksumLow.index] ||
        words[slot + checksumHigh.index] !== words[first + checksumHigh.index] ||
        words[slot + stateLow.index] !== words[first + stateLow.index] ||
        words[slot + stateHigh.index] !== words[first + stateHigh.index] ||
        words[slot + regions.index] !== words[first + regions.index]
      ) return false;
    }
    const low = words[first + checksumLow.index];
    const high = words[first + checksumHigh.index];
    const compared = words[first + regions.index];
    // a slot that is written again meanwhile has lost its tag before
    for (const seat of seats) {
      if (Atomics.load(words, slotIndex(this.#memory, seat, block) + tag.index) !== block) return false;
    }
    if (this.#wasHeardOtherwise(block, { low, high, outvoted: noSeats })) return false;
    for (const seat of seats) this.#extend(seat, block, compared, true);
    return true;
  }

  /**
   * Drops the disputes that are settled without an outvoted renderer: another one came to the block later and agrees with the
   * one that was heard, or that one has agreed with others since, through a whole sweep. What it does wrong later says nothing
   * about the block.
   */
  #dropDisputes(seats: readonly number[], wrong: number[]): void {
    this.#disputed = this.#disputed.filter(({ block, incarnations }) => {
      const heard = this.#heardSeat(block);
      if (heard === undefined || incarnations.get(heard) !== this.#incarnation(heard)) return true;
      const ballots = seats.flatMap((seat) => this.#record(seat, block)?.sound ?? []);
      const verdict = vote(ballots);
      if (ballots.length > 1 && !verdict.undecided && ballots.some(({ seat }) => seat === heard)) {
        if (this.#wasWrong(block, ballots, verdict)) wrong.push(block);
        return false;
      }
      return !seats.includes(heard) || !this.hasSweptSince(heard, (block + 1) | 0);
    });
  }

  /** The seat from which the device got a block; undefined while it is not known. */
  #heardSeat(block: number): number | undefined {
    const { words } = this.#memory;
    const entry = deliveredIndex(this.#memory, block);
    const isKnown = blocksBetween(this.#memory.consumed(), block) > 0 &&
      words[entry + within.delivered.block.index] === block;
    const ring = words[entry + within.delivered.ring.index];
    return isKnown && ring > 0 ? ring - 1 : undefined;
  }

  /** Two of three agree again: blocks that were disputed, and that the device got from one that is outvoted, were wrong. */
  #settleDispute(outvoted: ReadonlySet<number>): number[] {
    const disputed = this.#disputed;
    this.#disputed = [];
    return disputed.flatMap(({ block, incarnations }) => {
      const seat = this.#heardSeat(block);
      const isWrong = seat !== undefined && outvoted.has(seat) &&
        incarnations.get(seat) === this.#incarnation(seat);
      return isWrong ? [block] : [];
    });
  }

  #incarnation(seat: number): number {
    return this.#memory.words[orderIndex(this.#memory, seat, "incarnation")];
  }

  /** Whether the device has got a block otherwise than the majority of these renderers has it. */
  #wasWrong(block: number, ballots: readonly Ballot[], { outvoted, undecided }: Verdict): boolean {
    if (ballots.length < 2 || undecided) return false;
    const { low, high } = ballots.find(({ seat }) => !outvoted.includes(seat))!;
    return this.#wasHeardOtherwise(block, { low, high, outvoted });
  }

  /** Whether the device has got a block from one that is outvoted, or with another checksum. */
  #wasHeardOtherwise(
    block: number,
    { low, high, outvoted }: Omit<Ballot, "seat"> & Pick<Verdict, "outvoted">,
  ): boolean {
    if (this.#heardFrom !== undefined && blocksBetween(block, this.#heardFrom) < 0) return false; // taken back
    if (blocksBetween(this.#memory.consumed(), block) <= 0) return false;
    const { words } = this.#memory;
    const { block: number, flags, ring, checksumLow, checksumHigh } = within.delivered;
    const entry = deliveredIndex(this.#memory, block);
    if (words[entry + number.index] !== block) return false;
    const noted = words[entry + flags.index];
    if ((noted & DeliveredFlag.concealed) !== 0) return false;
    // what was faded, ramped or limited on its way has another checksum: there the seat that it came from tells
    if ((noted & ~DeliveredFlag.rescued) !== 0) return outvoted.includes(words[entry + ring.index] - 1);
    return words[entry + checksumLow.index] !== low || words[entry + checksumHigh.index] !== high;
  }

  /** @param verdicts omitted: there was no other renderer to agree with */
  #follow(block: number, { sound: { seat }, regions }: BlockRecord, verdicts?: readonly Verdict[]): void {
    const agrees = verdicts !== undefined &&
      verdicts.every(({ outvoted, undecided }) => !undecided && !outvoted.includes(seat));
    this.#extend(seat, block, regions, agrees);
  }

  /** @param agrees with another renderer in this block */
  #extend(seat: number, block: number, regions: number, agrees: boolean): void {
    let run = this.#runs.get(seat);
    if (run === undefined) this.#runs.set(seat, run = { blocks: 0, end: block, regions, agrees });
    const goesOn = run.end === block && run.regions === regions;
    run.blocks = !agrees || regions === 0 ? 0 : goesOn ? run.blocks + 1 : 1;
    run.end = (block + 1) | 0;
    run.regions = regions;
    run.agrees = agrees;
  }

  #record(seat: number, block: number): BlockRecord | undefined {
    const { words } = this.#memory;
    const slot = slotIndex(this.#memory, seat, block);
    const { tag, checksumLow, checksumHigh, stateLow, stateHigh, regions } = within.slot;
    if (Atomics.load(words, slot + tag.index) !== block) return undefined;
    const record = {
      sound: { seat, low: words[slot + checksumLow.index], high: words[slot + checksumHigh.index] },
      state: { seat, low: words[slot + stateLow.index], high: words[slot + stateHigh.index] },
      regions: words[slot + regions.index],
    };
    return Atomics.load(words, slot + tag.index) === block ? record : undefined;
  }

  #report(seat: number, name: keyof typeof within.seatReport): number {
    return Atomics.load(this.#memory.words, reportFieldIndex(this.#memory, seat, name));
  }
}
