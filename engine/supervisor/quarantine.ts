/**
 * Poison: commands on which every renderer breaks. They are turned into no-ops, so that renderers joining later replay past
 * them. Main isolate; to be asked while no renderer is in lockstep.
 *
 * - **At once.** When two or more have thrown or trapped at the same block, the commands that take effect in that block are
 *   to blame, those included that arrived earlier and were due there. A hang, or a heap that grew, may have struck several
 *   by chance: one of the renderers must then have broken in a replay. Where they are several, one joiner at a time tries the
 *   replay without the newer half of them, then without the other half, at last without all: two joiners wait, so this costs a
 *   replay and not the start of a thread. The half that lets a renderer pass is lost, the other one acts. When none of these
 *   replays passes, all of them act again, and the search follows.
 * - **By search.** A command may do its harm later, in a block that hears none, or others. When two replays have broken at the same
 *   block and nothing there is left to blame, the commands since the snapshot are suspects. One joiner at a time tries the
 *   replay without some of them: the newest, the one before, then two, four, eight …, ever further back; at last without
 *   all. The first trial that passes makes the quarantine of its commands final, so at most twice as many are lost as lie
 *   between the culprit and the present. A finer search would lose fewer, and each of its steps is silence.
 * - When even that fails, the state itself is ill: {@link Quarantine.exhausted}, and only an anchor helps.
 */
import { logCapacity, logEntryWords } from "../memory/constants.ts";
import { type CommandLog, EntryField, Opcode, opcodeMask } from "../log/command_log.ts";
import { completePosition, sealLost, type SealTable } from "../log/seal_table.ts";
import { blocksBetween } from "../memory/shared_memory.ts";

/** A renderer that broke: while rendering `block`, with the log taken in up to `position` before. */
export interface Failure {
  readonly block: number;
  readonly position: number;
  /** It replayed the log and had not reached the others. */
  readonly joining: boolean;
  /** It threw or trapped; false: it hung, or ran out of memory. */
  readonly certain: boolean;
}

/** Where a replay begins. */
export interface ReplayOrigin {
  readonly block: number;
  readonly logPosition: number;
}

/** Renderers that must have broken at the same block before a command is blamed. */
const witnesses = 2;

/** Commands that may be left out of a trial: the others carry the state from one patch to the next, or harm no renderer. */
const suspectOpcodes: readonly number[] = [
  Opcode.noteOn,
  Opcode.noteOff,
  Opcode.pedal,
  Opcode.express,
  Opcode.expressAll,
  Opcode.panic,
  Opcode.silence,
  Opcode.set,
];

/** A search under way: the sets of commands that trials leave out, the first of which is being tried. */
interface Search {
  readonly block: number;
  /** Block of the state that the trials replay from. */
  readonly originBlock: number;
  /** The commands were heard before the block; false: they take effect in it for the first time. */
  readonly wasHeard: boolean;
  /** The renderers threw or trapped; false: they hung, or ran out of memory. */
  readonly certain: boolean;
  readonly trials: number[][];
}

/** The outcome of a search. The commands were heard before `block`; from there on renderers are heard that never had them. */
export interface Found {
  readonly positions: readonly number[];
  /** The commands were heard before; false: `block` was the first to hear them, so nothing is taken back. */
  readonly wasHeard: boolean;
  /** Block of the state from which renderers replayed without them. */
  readonly originBlock: number;
  readonly block: number;
}

/** Remembers which renderers broke, and where, since all were last in lockstep. */
export class Quarantine {
  readonly #log: CommandLog;
  readonly #seals: SealTable;
  readonly #waitingAt: (block: number) => readonly number[];
  #failures: Failure[] = [];
  #search: Search | undefined;
  #exhausted = false;
  /** The last block in which renderers broke without all commands that take effect in it: none of these is to blame. */
  #acquitted: number | undefined;
  /** Replays that broke in trials of the commands of one block. */
  #failedTrials: Failure[] = [];
  /** Failures were noted since the last decision. */
  #undecided = false;

  /** @param waitingAt log positions of the commands that wait for their time in a block; they may be in the log no more */
  constructor(
    log: CommandLog,
    seals: SealTable,
    waitingAt: (block: number) => readonly number[] = () => [],
  ) {
    this.#log = log;
    this.#seals = seals;
    this.#waitingAt = waitingAt;
  }

  /** Commands are left out on trial: renderers must join one at a time. */
  get searching(): boolean {
    return this.#search !== undefined;
  }

  /** Renderers break though nothing is left to blame. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  noteFailure(failure: Failure): void {
    this.#undecided = true;
    if (this.#search !== undefined && blocksBetween(failure.block, this.#search.block) <= 0) {
      this.#failedTrials.push(failure);
      this.#nextTrial(this.#search);
    } else this.#failures.push(failure); // in a search it came past the block: something else is wrong further on
  }

  /** All are in lockstep: whatever broke some of them did not break all. */
  forget(): void {
    this.#failures = [];
    this.#exhausted = false;
    this.#acquitted = undefined;
  }

  /** Renderers begin again at an anchor: nothing before it matters any more. */
  restart(): void {
    this.#search = undefined;
    this.#log.restore();
    this.forget();
  }

  /**
   * A control process before this one may have been lost during a search: what it had left out acts again.
   *
   * @param hasPassed a renderer that replayed without it is in lockstep: then the search has come to its end
   */
  takeOver(hasPassed: boolean): Found | undefined {
    const positions = this.#log.suspended;
    if (positions.length === 0) return undefined;
    if (!hasPassed) return void this.#log.restore();
    const { originBlock, block } = this.#log.search;
    // as if they had been heard: then a render replays from the origin, which is right for both
    const found = positions.filter((position) => this.#log.quarantine(position));
    return { positions: found, originBlock, block, wasHeard: true };
  }

  /** A renderer has come through, or past the block of the search: makes the trial final. */
  confirm(): Found | undefined {
    if (this.#search === undefined) return undefined;
    const { block, originBlock, wasHeard, trials: [trial] } = this.#search;
    this.#search = undefined;
    const positions = trial.filter((position) => this.#log.quarantine(position));
    return { positions, originBlock, block, wasHeard };
  }

  /** Whether a renderer that has published all blocks before this one has passed the trial. */
  isPast(published: number): boolean {
    return this.#search !== undefined && blocksBetween(published, this.#search.block) > 0;
  }

  /** Whether a trial has passed, though no renderer is in lockstep: one broke further on. */
  get hasPassed(): boolean {
    return this.#search !== undefined && this.#failures.length > 0;
  }

  /**
   * To be called when no renderer is in lockstep: quarantines the commands to blame, or begins a search for them.
   *
   * @param origin where joiners begin
   * @param furthest the first block that no renderer has published yet: whatever one has played is no poison
   * @param consumed the block that the device takes next; omitted: it is past every failure. A search waits until then,
   *   so that no block before the failure is heard from a trial: a recording takes the commands back at that block
   * @returns positions in the log that do nothing from now on
   */
  decide(origin: ReplayOrigin, furthest: number, consumed?: number): readonly number[] {
    if (!this.#undecided) return [];
    this.#undecided = false;
    if (this.#search !== undefined) return [];
    const failure = this.#failures.find(({ block }) =>
      blocksBetween(furthest, block) <= 0 && this.#convicts(this.#at(block))
    );
    if (!failure) return [];
    const effective = failure.block === this.#acquitted ? [] : this.#effectiveIn(failure);
    if (effective.length > 1 && effective.every((position) => this.#maySuspend(position))) {
      const half = Math.ceil(effective.length / 2);
      // the newest first: the older ones have mostly been waiting for long, and more often are those that do no harm
      const trials = [effective.slice(-half), effective.slice(0, -half), effective].map((
        trial,
      ) => [...trial]);
      this.#begin({
        block: failure.block,
        originBlock: origin.block,
        wasHeard: false,
        certain: failure.certain,
        trials,
      });
      return [];
    }
    const found = effective.filter((position) => this.#log.quarantine(position));
    const replays = this.#at(failure.block).filter(({ joining }) => joining).length;
    if (found.length > 0) this.#failures = this.#failures.filter(({ block }) => block !== failure.block);
    else if (replays >= witnesses) {
      if (consumed !== undefined && blocksBetween(consumed, failure.block) < 0) this.#undecided = true;
      else this.#beginSearch(failure, origin);
    }
    return found;
  }

  #at(block: number): readonly Failure[] {
    return this.#failures.filter((failure) => failure.block === block);
  }

  #convicts(failures: readonly Failure[]): boolean {
    return failures.filter(({ certain }) => certain).length >= witnesses ||
      (failures.length >= witnesses && failures.some(({ joining }) => joining));
  }

  /** Positions of the commands that take effect in the block of a failure. */
  #effectiveIn(failure: Failure): readonly number[] {
    const end = this.#endOf(failure);
    if (end === undefined) return [];
    const found = new Set(this.#waitingAt(failure.block));
    this.#eachEntry(end, (words, position) => {
      if ((words[EntryField.opcode] & opcodeMask) === Opcode.anchor) return; // renderers begin there
      const sealedNow = blocksBetween(position, failure.position) >= 0;
      const timed = words[EntryField.when] !== 0;
      const due = timed ? blocksBetween(words[EntryField.block], failure.block) : sealedNow ? 0 : -1;
      if (due === 0 || (sealedNow && due < 0)) found.add(position);
    });
    return [...found].sort(blocksBetween);
  }

  /** Log position up to which the block of a failure hears; undefined where its seal is lost. */
  #endOf({ block, position }: Failure): number | undefined {
    const seal = this.#seals.read(block);
    return seal === sealLost ? undefined : completePosition(position, seal);
  }

  #beginSearch(failure: Failure, origin: ReplayOrigin): void {
    const suspects = this.#suspects(failure, origin);
    const trials: number[][] = [];
    for (let from = 0, size = 1; from < suspects.length; from += size, size = Math.max(size, from)) {
      trials.push(suspects.slice(from, from + size));
    }
    if (trials.length > 1) trials.push(suspects);
    this.#begin({
      block: failure.block,
      originBlock: origin.block,
      wasHeard: true,
      certain: failure.certain,
      trials,
    });
  }

  #begin(search: Search): void {
    this.#failures = [];
    this.#failedTrials = [];
    this.#search = search;
    this.#log.search = search;
    this.#tryFirst();
  }

  /** Whether a command is in the log and may be left out for a while. */
  #maySuspend(position: number): boolean {
    if (!this.#log.holds(position)) return false;
    const words = new Int32Array(logEntryWords);
    this.#log.copyEntry(position, words, 0);
    return suspectOpcodes.includes(words[EntryField.opcode] & opcodeMask);
  }

  /** Commands that took effect from the origin up to the failure, the newest first. */
  #suspects(failure: Failure, origin: ReplayOrigin): number[] {
    const end = this.#endOf(failure) ?? failure.position;
    const suspects: number[] = [];
    this.#eachEntry(end, (words, position) => {
      if (!suspectOpcodes.includes(words[EntryField.opcode] & opcodeMask)) return;
      const isNew = blocksBetween(position, origin.logPosition) >= 0;
      const timed = words[EntryField.when] !== 0;
      const wasDue = !timed || blocksBetween(words[EntryField.block], failure.block) <= 0;
      const fellDue = timed && blocksBetween(words[EntryField.block], origin.block) >= 0;
      if (wasDue && (isNew || fellDue)) suspects.push(position);
    });
    return suspects.reverse();
  }

  /** Calls back for every entry before `end` that is not overwritten and does something. */
  #eachEntry(end: number, found: (words: Int32Array, position: number) => void): void {
    const words = new Int32Array(logEntryWords);
    for (let position = (end - logCapacity + 1) | 0; position !== end; position = (position + 1) | 0) {
      if (!this.#log.holds(position)) continue;
      this.#log.copyEntry(position, words, 0);
      if (words[EntryField.opcode] !== Opcode.none) found(words, position);
    }
  }

  #nextTrial(search: Search): void {
    search.trials.shift();
    this.#log.restore();
    this.#tryFirst();
  }

  #tryFirst(): void {
    const trial = this.#search?.trials[0];
    if (trial !== undefined) return this.#log.suspend(trial);
    const { wasHeard, block, certain } = this.#search!;
    this.#search = undefined;
    if (wasHeard) this.#exhausted = true;
    else {
      // something before the block did the harm; each of these trials was a replay that broke
      this.#acquitted = block;
      // it broke in another way: there is poison in the block and before it, and to find both takes too long
      this.#exhausted = this.#failedTrials.at(-1)?.certain !== certain;
      this.#failures = this.#failedTrials;
    }
  }
}
