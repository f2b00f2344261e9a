/**
 * The supervisor's policy: which renderer plays which role, which one is replaced and why. It is a pure state machine over
 * observations with an injected clock; the engine carries out what it answers, and the simulator drives the same code.
 *
 * Why it may be slow. Nothing audible waits for it: the callback merges whatever rings the roles name, and votes. The
 * supervisor only restores redundancy, so it prefers being right to being fast:
 *
 * - Silence and lateness are measured in *observed* time. A machine that stands still stops the supervisor too, and the
 *   gap must not be taken for a hang of every renderer; so at most `maxTickMs` of each gap counts.
 * - Of that time, only what the thread spent on a processor, or asleep of its own accord, counts. A thread that is ready to
 *   run and gets no processor is starved, not ill; to end it would take away a renderer that is in lockstep and add the
 *   start of another to the load. Where the system gives no evidence ({@link ThreadTime}), all observed time counts.
 * - Processor time without a heartbeat is a hang. A silent thread that sleeps needs a witness: another renderer in lockstep
 *   that moved meanwhile. Without one the patience is `aloneFactor` times longer.
 * - A renderer may stall for a moment and come back by itself; only lateness that lasts, and that not all share, is a fault.
 *   One that is behind and plays faster than the device for the time that it gets is not ill, it gets too little: from its
 *   lateness half the length of each block that it has published is taken off.
 * - The last renderer in lockstep is never ended for lateness, nor, while it sleeps, before the long patience is over: its
 *   ring harms nobody, and no other renderer has the state.
 * - A joiner, which replays the log, may be silent for `joinerFactor` times as long. It is no witness: it has more to do.
 * - A wrong checksum needs a majority. Two renderers that differ are a divergence without a culprit until the third,
 *   who joined from the last agreed snapshot, casts its vote.
 *
 * Three renderers follow in lockstep (primary, standby, spare) and two more wait, compiled and warm. When one falls,
 * the next moves up in the same tick, a waiting one joins from the last agreed snapshot and replays the sealed log,
 * and a new Worker is started in its place, within a budget that grows into a bounded back-off but never gives up. Two
 * wait because on a loaded machine a Worker takes a second to start, and faults come closer together than that.
 *
 * Rejected: one idle spare that joins only after a fault (the time to join is time with a single renderer, and a wrong
 * sample cannot be told from a right one by two); roles as code (`primary.ts`, `standby.ts`).
 */
import { type FaultCause, type RendererRole, roles } from "../control/control.ts";
import { SeatState } from "../memory/layout.ts";
import { blocksBetween } from "../memory/shared_memory.ts";
import type { ThreadTime } from "./thread_time.ts";

/** What the engine saw of one seat. */
export interface SeatView {
  readonly incarnation: number;
  readonly state: number;
  readonly published: number;
  readonly heartbeat: number;
  /** The Worker has reported its end, or its thread has left. */
  readonly exited: boolean;
  /** No thread of this incarnation exists any more that could write its ring. */
  readonly gone: boolean;
  /** Why it ended, where the Worker said so. */
  readonly cause?: FaultCause;
  /** The vote found its checksums wrong. */
  readonly outvoted: boolean;
  /** The kernel's account of its thread, when it is silent or behind; undefined where the system keeps none. */
  readonly thread?: ThreadTime;
  /** It copies a large arena and then catches up: it is late on purpose, and judges nobody; omitted: false. */
  readonly away?: boolean;
}

/** A renderer that an earlier control process has started. */
export interface AdoptedSeat {
  readonly incarnation: number;
  /** It has been told to play, or to end, or it is on trial. */
  readonly ordered: boolean;
}

/** What a control process finds of the one before it. */
export interface Adoption {
  /** By seat; undefined where no renderer lives. */
  readonly seats: readonly (AdoptedSeat | undefined)[];
  /** Seats by role, as that process gave them; a renderer that lives no more has none. */
  readonly roles: readonly (number | undefined)[];
  readonly consumed: number;
  /** Numbers up to this one were given away, also to processes that may still come: none is given again. */
  readonly incarnations: number;
}

export interface Observation {
  readonly nowMs: number;
  readonly consumed: number;
  /** By seat; undefined where nothing was ever started. */
  readonly seats: readonly (SeatView | undefined)[];
  /** A snapshot that a joiner could use exists (the initial state counts while its log is kept). */
  readonly canJoin: boolean;
  /** Renderers in roles beyond which none may join; omitted: as many as there are roles. */
  readonly maxJoiners?: number;
  /** Nothing is played yet, so a renderer that hangs for a moment does no harm; omitted: false. */
  readonly unheard?: boolean;
}

export type Action =
  /** `trial`: it runs the code of another version, and has no vote yet. */
  | { readonly do: "spawn"; readonly seat: number; readonly incarnation: number; readonly trial?: boolean }
  | { readonly do: "join"; readonly seat: number }
  /** `hung`: it does not take orders any more. */
  | { readonly do: "end"; readonly seat: number; readonly hung: boolean }
  | { readonly do: "demote"; readonly seat: number }
  | { readonly do: "roles"; readonly seats: readonly (number | undefined)[] };

export type SupervisorEvent =
  | {
    readonly event: "fault";
    readonly cause: FaultCause;
    readonly seat: number;
    readonly incarnation: number;
    readonly role: RendererRole;
    readonly block: number;
    /** It replayed the log and was not in lockstep yet. */
    readonly joining: boolean;
  }
  | {
    readonly event: "role";
    readonly seat: number;
    readonly incarnation: number;
    readonly role: RendererRole;
  }
  | { readonly event: "lockstep"; readonly renderers: number; readonly afterMs: number }
  | { readonly event: "alone" }
  | { readonly event: "overload"; readonly block: number }
  | { readonly event: "zombie"; readonly seat: number; readonly incarnation: number }
  | { readonly event: "backoff"; readonly delayMs: number };

/** What the supervisor decided, and why. */
export interface Decision {
  readonly actions: readonly Action[];
  readonly events: readonly SupervisorEvent[];
}

export interface SupervisorSettings {
  readonly seatCount: number;
  /** Renderers wanted in roles, and warm ones waiting behind them. */
  readonly following: number;
  readonly waiting: number;
  readonly hangMs: number;
  readonly lateMs: number;
  /** How long a block lasts; 0: what a late renderer publishes does not count for it. */
  readonly blockMs: number;
  readonly startMs: number;
  readonly joinMs: number;
  /** Longest time that a renderer may be away to copy its arena and catch up. */
  readonly awayMs: number;
  /** How long a thread that was ended may run or sleep until it counts as one that does not end. */
  readonly zombieMs: number;
  /** How long a start is put off while a renderer joins. */
  readonly startDelayMs: number;
  readonly maxTickMs: number;
  readonly aloneFactor: number;
  readonly joinerFactor: number;
  readonly unheardFactor: number;
  /** What a joiner may take to copy and check a snapshot, besides. */
  readonly snapshotMs: number;
  /** Starts that are free of delay within `budgetMs`; beyond, each waits twice as long, up to `maxBackoffMs`. */
  readonly budget: number;
  readonly budgetMs: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
}

export const supervisorDefaults: Omit<SupervisorSettings, "seatCount"> = {
  following: roles.length,
  waiting: 2,
  hangMs: 15,
  lateMs: 20,
  blockMs: 0,
  startMs: 10_000,
  joinMs: 2_000,
  awayMs: 5_000,
  zombieMs: 1_000,
  startDelayMs: 60,
  maxTickMs: 8,
  aloneFactor: 6,
  joinerFactor: 4,
  unheardFactor: 20,
  snapshotMs: 0,
  budget: 100,
  budgetMs: 10_000,
  firstBackoffMs: 50,
  maxBackoffMs: 2_000,
};

/** Renderers with which the sound begins: the others start when it is heard, because each start takes time from it. */
export const firstRenderers = 2;

/** Part of the length of a block that counts for a late renderer which publishes it. */
const progressCredit = 0.5;

/** A joiner on trial has this part of the time to catch up. */
const trialFactor = 4;

type Phase = "empty" | "starting" | "waiting" | "joining" | "running" | "ending" | "zombie";

interface Seat {
  phase: Phase;
  incarnation: number;
  /** It follows in lockstep behind those in roles, and takes no role: see `startTrial`. */
  onTrial: boolean;
  heartbeat: number;
  /** The next block that it publishes, at the last look. */
  published: number;
  /** Processor time at the last look, where it is known. */
  processorMs: number | undefined;
  /** Time without a sign of life: on a processor, and that with the time asleep. */
  hungMs: number;
  silentMs: number;
  /** Time without being ahead of the device, without and with the time that it waited for a processor. */
  lateMs: number;
  behindMs: number;
  /** Observed time since it stepped out of lockstep to copy its arena; 0: it did not. */
  awayMs: number;
  /** Observed time in this phase, and without the time that it waited for a processor. */
  phaseMs: number;
  workedMs: number;
  /** `consumed` when it left the roles; its ring is not reused before the callback has moved on. */
  leftAt: number;
  /** The callback has moved on since, so the seat may be given away. */
  free: boolean;
}

export class Supervisor {
  readonly #settings: SupervisorSettings;
  readonly #seats: Seat[];
  #roles: (number | undefined)[];
  #actions: Action[] = [];
  #events: SupervisorEvent[] = [];
  #previousMs: number | undefined;
  #incarnations = 0;
  #starts: number[] = [];
  #backoffMs = 0;
  #nextStartMs = 0;
  #brokenSinceMs: number | undefined;
  #committedMs: number | undefined;
  #alone = true;
  #pairBroken = true;
  #allBroken = true;
  #overloaded = false;

  constructor(settings: SupervisorSettings) {
    this.#settings = settings;
    this.#roles = new Array(settings.following).fill(undefined);
    this.#seats = Array.from({ length: settings.seatCount }, () => ({
      phase: "empty" as Phase,
      incarnation: 0,
      onTrial: false,
      heartbeat: 0,
      published: 0,
      processorMs: undefined,
      hungMs: 0,
      silentMs: 0,
      lateMs: 0,
      behindMs: 0,
      awayMs: 0,
      phaseMs: 0,
      workedMs: 0,
      leftAt: 0,
      free: true,
    }));
  }

  /** Seats by role, in the order of `roles`. */
  get roles(): readonly (number | undefined)[] {
    return this.#roles;
  }

  /** Incarnations ever started. */
  get incarnations(): number {
    return this.#incarnations;
  }

  /** How many renderers are in lockstep. */
  get inLockstep(): number {
    return this.#roles.filter((seat) => seat !== undefined && this.#seats[seat].phase === "running").length;
  }

  /** Renderers that may be compared: in a role and caught up. */
  isRunning(seat: number): boolean {
    return this.#seats[seat].phase === "running";
  }

  isJoining(seat: number): boolean {
    return this.#seats[seat].phase === "joining";
  }

  /** Seats of those that wait, compiled and warm. */
  get waiting(): readonly number[] {
    return this.#seats.flatMap((seat, index) => seat.phase === "waiting" && !seat.onTrial ? [index] : []);
  }

  /** As many as are wanted are in lockstep, and as many wait behind them. */
  get isComplete(): boolean {
    return this.inLockstep === this.#settings.following && this.waiting.length >= this.#settings.waiting;
  }

  /** Complete, and nothing about a renderer in lockstep was in doubt at the last look. */
  get isCalm(): boolean {
    return this.isComplete &&
      this.#seats.every((seat) =>
        seat.phase === "empty" || seat.phase === "waiting" ||
        (seat.phase === "running" && seat.silentMs === 0 && seat.behindMs === 0 && seat.awayMs === 0)
      );
  }

  /** Id of the renderer on a seat. */
  incarnation(seat: number): number {
    return this.#seats[seat].incarnation;
  }

  /** Seats of all that are there, and neither end nor have ended. */
  get alive(): readonly number[] {
    return this.#seats.flatMap((_, index) => this.isAlive(index) ? [index] : []);
  }

  /** Whether the renderer on a seat is there, and neither ends nor has ended. */
  isAlive(seat: number): boolean {
    return !["empty", "ending", "zombie"].includes(this.#seats[seat].phase);
  }

  /**
   * Starts a renderer on trial: it joins and follows as any other, and is replaced by none when it falls. It has no role until
   * {@link acceptTrial}, so neither callback nor comparison counts its vote. Undefined when no seat is free.
   */
  startTrial(): { readonly seat: number; readonly actions: readonly Action[] } | undefined {
    const index = this.#seats.findIndex((seat) => seat.phase === "empty" && seat.free);
    if (index < 0) return undefined;
    const seat = this.#seats[index];
    seat.incarnation = ++this.#incarnations;
    seat.heartbeat = 0;
    seat.onTrial = true;
    this.#enter(seat, "starting");
    const { incarnation } = seat;
    return { seat: index, actions: [{ do: "spawn", seat: index, incarnation, trial: true }] };
  }

  /** Gives the renderer on trial, which is in lockstep, the last role; the one that had it ends. */
  acceptTrial(index: number, consumed: number): Decision {
    this.#actions = [];
    this.#events = [];
    const before = this.#roles;
    this.#seats[index].onTrial = false;
    const free = before.indexOf(undefined);
    const role = free < 0 ? before.length - 1 : free;
    const displaced = before[role];
    this.#roles = before.map((seat, other) => other === role ? index : seat);
    this.#actions.push({ do: "roles", seats: [...this.#roles] });
    this.#announce(index, role);
    if (displaced !== undefined) this.#dismiss(displaced, consumed);
    return { actions: this.#actions, events: this.#events };
  }

  /** Ends a renderer that is sane: the next moves up. */
  retire(index: number, consumed: number): Decision {
    this.#actions = [];
    this.#events = [];
    if (this.#roles.includes(index)) {
      this.#roles = this.#roles.map((seat) => seat === index ? undefined : seat);
      this.#actions.push({ do: "roles", seats: [...this.#roles] });
    }
    this.#dismiss(index, consumed);
    return { actions: this.#actions, events: this.#events };
  }

  #dismiss(index: number, consumed: number): void {
    const seat = this.#seats[index];
    seat.leftAt = consumed;
    seat.free = false;
    seat.onTrial = false;
    this.#enter(seat, "ending");
    this.#actions.push({ do: "end", seat: index, hung: false });
  }

  /** A fault is known to have been committed at this time: lockstep is measured from here, not from its detection. */
  faultCommitted(nowMs: number): void {
    this.#committedMs = nowMs;
  }

  /** Exchanges primary and standby; undefined when no standby is in lockstep. */
  failover(): Decision | undefined {
    const [primary, standby] = this.#roles;
    if (primary === undefined || standby === undefined || !this.isRunning(standby)) return undefined;
    this.#events = [];
    this.#roles[0] = standby;
    this.#roles[1] = primary;
    this.#announce(standby, 0);
    this.#announce(primary, 1);
    return { actions: [{ do: "roles", seats: [...this.#roles] }], events: this.#events };
  }

  /**
   * Takes over renderers that an earlier control process has started, before the first observation.
   *
   * @returns seats whose renderer no role knows: it is to be ended
   */
  adopt(
    { seats, roles, consumed, incarnations }: Adoption,
  ): number[] {
    this.#incarnations = incarnations;
    this.#roles = roles.map((seat) => seat !== undefined && seats[seat] ? seat : undefined);
    const strays: number[] = [];
    this.#seats.forEach((seat, index) => {
      seat.leftAt = consumed;
      const found = seats[index];
      if (!found) return;
      seat.incarnation = found.incarnation;
      if (this.#roles.includes(index)) return this.#enter(seat, "joining");
      if (!found.ordered) return this.#enter(seat, "starting");
      this.#enter(seat, "ending");
      strays.push(index);
    });
    return strays;
  }

  /** Ends every renderer that replays the log: it leads nowhere. */
  dismissJoiners(consumed: number): Decision {
    this.#actions = [];
    this.#events = [];
    this.#seats.forEach((seat, index) => {
      if (seat.phase !== "joining") return;
      this.#roles = this.#roles.map((holder) => holder === index ? undefined : holder);
      this.#dismiss(index, consumed);
    });
    if (this.#actions.length > 0) this.#actions.push({ do: "roles", seats: [...this.#roles] });
    return { actions: this.#actions, events: this.#events };
  }

  /** Judges what was seen. The actions must be carried out in order, before the next call. */
  observe(seen: Observation): Decision {
    this.#actions = [];
    this.#events = [];
    const elapsedMs = this.#previousMs === undefined
      ? 0
      : Math.min(Math.max(0, seen.nowMs - this.#previousMs), this.#settings.maxTickMs);
    this.#previousMs = seen.nowMs;
    this.#age(seen, elapsedMs);
    if (this.#isAtRest(seen)) this.#overloaded = false;
    else {
      this.#judge(seen);
      this.#fillRoles(seen);
      this.#startMore(seen);
    }
    this.#measureLockstep(seen);
    return { actions: this.#actions, events: this.#events };
  }

  /** Complete, none in doubt, none gone: nobody is to be judged, given a role or started. That is nearly every look. */
  #isAtRest({ seats }: Observation): boolean {
    let running = 0;
    let waiting = 0;
    for (let index = 0; index < this.#seats.length; index++) {
      const seat = this.#seats[index];
      if (seat.phase === "empty") continue;
      const view = seats[index];
      if (seat.onTrial || view?.incarnation !== seat.incarnation || view.exited || view.outvoted) {
        return false;
      }
      const isInDoubt = seat.silentMs > 0 || seat.behindMs > 0 || seat.awayMs > 0;
      if (seat.phase === "waiting") waiting++;
      else if (seat.phase === "running" && !isInDoubt) running++;
      else return false;
    }
    return running === this.#settings.following && waiting >= this.#settings.waiting &&
      this.inLockstep === running;
  }

  /** Follows what each seat has become since the last look. */
  #age(seen: Observation, elapsedMs: number): void {
    this.#seats.forEach((seat, index) => {
      const view = seen.seats[index];
      seat.phaseMs += elapsedMs;
      if (seat.phase === "empty") {
        // while nothing is played the callback reads no ring, and does not move on either
        seat.free ||= (seen.unheard ?? false) || blocksBetween(seen.consumed, seat.leftAt) >= 2;
      }
      if (!view || view.incarnation !== seat.incarnation) return;
      const { ranMs, sleptMs } = timeOf(seat, view.thread, elapsedMs);
      const hadMs = ranMs + sleptMs;
      seat.workedMs += hadMs;
      if (seat.phase === "ending" || seat.phase === "zombie") {
        if (view.gone) this.#enter(seat, "empty");
        return;
      }
      const isSilent = view.heartbeat === seat.heartbeat;
      seat.hungMs = isSilent ? seat.hungMs + ranMs : 0;
      seat.silentMs = isSilent ? seat.silentMs + hadMs : 0;
      seat.heartbeat = view.heartbeat;
      const ahead = blocksBetween(view.published, seen.consumed);
      if (seat.phase === "starting" && view.state === SeatState.ready) this.#enter(seat, "waiting");
      if (seat.phase === "joining" && view.state === SeatState.running && ahead > 0) {
        this.#enter(seat, "running");
      }
      seat.awayMs = view.away ? seat.awayMs + elapsedMs : 0;
      const isExcused = seat.awayMs > 0 && seat.awayMs <= this.#settings.awayMs;
      const isBehind = seat.phase === "running" && ahead <= 0 && !isExcused;
      const blocks = Math.max(0, blocksBetween(view.published, seat.published));
      const creditMs = blocks * this.#settings.blockMs * progressCredit;
      seat.lateMs = isBehind ? Math.max(0, seat.lateMs + hadMs - creditMs) : 0;
      seat.published = view.published;
      seat.behindMs = isBehind ? seat.behindMs + elapsedMs : 0;
    });
  }

  #judge(seen: Observation): void {
    const { lateMs, startMs, joinMs, zombieMs } = this.#settings;
    const running = this.#seats.filter((seat) =>
      seat.phase === "running" && !seat.onTrial && seat.awayMs === 0
    );
    const witness = running.some((seat) => seat.silentMs === 0 && seat.behindMs === 0);
    const allLate = running.length > 0 && running.every((seat) => seat.behindMs > 0);
    this.#seats.forEach((seat, index) => {
      // one that waits for a processor needs it to end, and may hold a lock that others wait for: it must not be put behind
      if (seat.phase !== "ending" || seat.workedMs <= zombieMs) return;
      this.#enter(seat, "zombie");
      this.#actions.push({ do: "demote", seat: index });
      this.#events.push({ event: "zombie", seat: index, incarnation: seat.incarnation });
    });
    const isSeen = (seat: Seat, index: number) =>
      !["empty", "ending", "zombie"].includes(seat.phase) &&
      seen.seats[index]?.incarnation === seat.incarnation;
    this.#seats.forEach((seat, index) => {
      if (!isSeen(seat, index)) return;
      const { exited, outvoted, cause } = seen.seats[index]!;
      const isLast = seat.phase === "running" && this.inLockstep === 1;
      if (exited) this.#condemn(seen, index, cause ?? "exit");
      else if (outvoted) this.#condemn(seen, index, "divergence");
      else if (this.#hangs(seat, witness && !isLast, seen.unheard ?? false)) {
        this.#condemn(seen, index, "hang");
      } else if (seat.phase === "starting" && seat.phaseMs > startMs) this.#condemn(seen, index, "start");
    });
    // one that joins alone, for a trial, holds up those that wait
    const catchUpMs = seen.maxJoiners === undefined ? joinMs : joinMs / trialFactor;
    // after all others: the last in lockstep must not be taken for one of several
    this.#seats.forEach((seat, index) => {
      if (!isSeen(seat, index) || allLate) return;
      const runsLate = seat.phase === "running" && seat.lateMs > lateMs && this.inLockstep > 1;
      // a silent one may hang, and the patience for that may be longer: which of both it is decides what is to blame
      const joinsLate = seat.phase === "joining" && seat.workedMs > catchUpMs && seat.silentMs === 0;
      if (runsLate || joinsLate) {
        this.#condemn(seen, index, "late");
      }
    });
    const overloaded = running.length > 0 && running.every((seat) => seat.behindMs > lateMs);
    if (overloaded && !this.#overloaded) this.#events.push({ event: "overload", block: seen.consumed });
    this.#overloaded = overloaded;
  }

  /** @param witness another renderer in lockstep moves and is in time */
  #hangs(seat: Seat, witness: boolean, unheard: boolean): boolean {
    const { hangMs, aloneFactor, joinerFactor, unheardFactor, snapshotMs } = this.#settings;
    if (seat.phase !== "running" && seat.phase !== "joining") return false;
    const joins = seat.phase === "joining";
    const patienceMs = hangMs * (joins ? joinerFactor : 1);
    const whileSnapshotMs = joins ? snapshotMs : 0;
    return seat.hungMs > patienceMs * (unheard ? unheardFactor : 1) + whileSnapshotMs ||
      seat.silentMs > patienceMs * (unheard ? unheardFactor : witness ? 1 : aloneFactor) + whileSnapshotMs;
  }

  #condemn(seen: Observation, index: number, cause: FaultCause): void {
    const seat = this.#seats[index];
    const role = this.#roles.indexOf(index);
    this.#events.push({
      event: "fault",
      cause,
      seat: index,
      incarnation: seat.incarnation,
      role: role < 0 ? "reserve" : roles[role],
      block: seen.seats[index]!.published,
      joining: seat.phase === "joining",
    });
    if (role >= 0) {
      this.#roles[role] = undefined;
      this.#brokenSinceMs ??= this.#committedMs ?? seen.nowMs;
      this.#committedMs = undefined;
      this.#allBroken = true;
      if (role < 2) this.#pairBroken = true;
    }
    seat.leftAt = seen.consumed;
    seat.free = false;
    seat.onTrial = false;
    this.#enter(seat, "ending");
    this.#actions.push({ do: "end", seat: index, hung: cause === "hang" });
  }

  /** Moves everyone up, those in lockstep first, and lets a waiting renderer join at the end of the line. */
  #fillRoles(seen: Observation): void {
    const before = this.#roles;
    const line = before.filter((seat) => seat !== undefined);
    const inLockstep = line.filter((seat) => this.isRunning(seat));
    const catchingUp = line.filter((seat) => !this.isRunning(seat));
    const next: (number | undefined)[] = [...inLockstep, ...catchingUp];
    const { following } = this.#settings;
    const places = Math.min(following, Math.max(inLockstep.length, seen.maxJoiners ?? following));
    this.#seats.forEach((seat, index) => {
      if (seat.phase !== "waiting" || !seen.canJoin) return;
      // on trial it comes last: first all others are in lockstep
      const mayJoin = seat.onTrial ? inLockstep.length === following : next.length < places;
      if (!mayJoin) return;
      this.#enter(seat, "joining");
      this.#actions.push({ do: "join", seat: index });
      if (!seat.onTrial) next.push(index);
    });
    while (next.length < following) next.push(undefined);
    if (next.every((seat, role) => seat === before[role])) {
      const emptied = this.#actions.some((action) => action.do === "end");
      if (emptied) this.#actions.push({ do: "roles", seats: [...next] });
      return;
    }
    this.#roles = next;
    this.#actions.push({ do: "roles", seats: [...next] });
    next.forEach((seat, role) => {
      if (seat !== undefined && seat !== before[role]) this.#announce(seat, role);
    });
  }

  #startMore(seen: Observation): void {
    const { following, waiting, startDelayMs } = this.#settings;
    // Starting a thread holds the main isolate up for some 30 ms: first let the loop see that a joining renderer has joined.
    const joining = this.#seats.some((seat) => seat.phase === "joining" && seat.phaseMs < startDelayMs);
    if (joining && this.inLockstep > 0) return;
    const alive = this.#seats.filter((seat, index) => this.isAlive(index) && !seat.onTrial).length;
    // beyond the first that waits, one after the other: what is needed sooner does not share the processors with it
    const starting = this.#seats.some((seat) => seat.phase === "starting" && !seat.onTrial);
    // nor beyond those with which the sound begins, as long as nobody hears it
    const wanted = seen.unheard
      ? Math.min(firstRenderers, following)
      : following + (alive > following && !starting ? waiting : Math.min(1, waiting));
    for (let missing = wanted - alive; missing > 0; missing--) {
      if (seen.nowMs < this.#nextStartMs) return;
      const index = this.#seats.findIndex((seat) => seat.phase === "empty" && seat.free);
      if (index < 0 || !this.#mayStart(seen.nowMs)) return;
      const seat = this.#seats[index];
      seat.incarnation = ++this.#incarnations;
      seat.heartbeat = 0;
      this.#enter(seat, "starting");
      this.#actions.push({ do: "spawn", seat: index, incarnation: seat.incarnation });
    }
  }

  #mayStart(nowMs: number): boolean {
    const { budget, budgetMs, firstBackoffMs, maxBackoffMs } = this.#settings;
    this.#starts = this.#starts.filter((startMs) => nowMs - startMs < budgetMs);
    if (this.#starts.length < budget) {
      this.#backoffMs = 0;
    } else {
      this.#backoffMs = Math.min(
        maxBackoffMs,
        this.#backoffMs === 0 ? firstBackoffMs : this.#backoffMs * 2,
      );
      this.#nextStartMs = nowMs + this.#backoffMs;
      this.#events.push({ event: "backoff", delayMs: this.#backoffMs });
    }
    this.#starts.push(nowMs);
    return true;
  }

  #measureLockstep(seen: Observation): void {
    const [primary, standby] = this.#roles;
    const pair = [primary, standby].every((seat) => seat !== undefined && this.isRunning(seat));
    const all = this.inLockstep === this.#settings.following;
    const afterMs = seen.nowMs - (this.#brokenSinceMs ?? seen.nowMs);
    const alone = this.inLockstep === 0;
    if (alone && !this.#alone) this.#events.push({ event: "alone" });
    this.#alone = alone;
    if (pair && this.#pairBroken) this.#events.push({ event: "lockstep", renderers: 2, afterMs });
    if (all && this.#allBroken) {
      this.#events.push({ event: "lockstep", renderers: this.#settings.following, afterMs });
      this.#brokenSinceMs = undefined;
    }
    this.#pairBroken = !pair;
    this.#allBroken = !all;
    if (this.#committedMs !== undefined && seen.nowMs - this.#committedMs > 1_000) {
      this.#committedMs = undefined;
    }
  }

  #announce(seat: number, role: number): void {
    this.#events.push({ event: "role", seat, incarnation: this.#seats[seat].incarnation, role: roles[role] });
  }

  #enter(seat: Seat, phase: Phase): void {
    seat.phase = phase;
    seat.phaseMs =
      seat.workedMs =
      seat.hungMs =
      seat.silentMs =
      seat.lateMs =
      seat.behindMs =
      seat.awayMs =
        0;
    seat.processorMs = undefined;
  }
}

/** How much of the time since the last look a thread spent on a processor and asleep; unknown counts as asleep. */
function timeOf(
  seat: Seat,
  thread: ThreadTime | undefined,
  elapsedMs: number,
): { readonly ranMs: number; readonly sleptMs: number } {
  const beforeMs = seat.processorMs;
  seat.processorMs = thread?.processorMs;
  if (thread === undefined || !thread.runnable) return { ranMs: 0, sleptMs: elapsedMs };
  const ranMs = beforeMs === undefined ? 0 : thread.processorMs - beforeMs;
  return { ranMs: Math.min(elapsedMs, Math.max(0, ranMs)), sleptMs: 0 };
}
