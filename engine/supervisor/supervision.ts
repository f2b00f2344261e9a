/**
 * The supervision loop: what the main isolate does every few milliseconds so that the renderers stay three.
 *
 *     compare → snapshots → observe → quarantine → carry out → deliver → release (→ anchor)
 *
 * Each step belongs to a part with a single job; this file is their order, and nothing else decides. The order matters:
 *
 * - comparing comes first, so that the supervisor judges with the verdict on the newest blocks;
 * - poison is quarantined before a joiner is let in, so that the first renderer to replay the log already passes it;
 * - the log is released last, up to what neither a joiner nor the delivery log can still ask for;
 * - an anchor comes after it, because it needs room in the log.
 *
 * **Anchor: the last resort.** When no renderer is in lockstep and no replay can lead to the present any more (the snapshot
 * is too old for the tables, joiners break whatever is left out, or fail one after the other), all that could still be
 * replayed is given up. The blocks that nobody rendered are sealed as they are, and one entry of the log says: begin again
 * at the next free block, with the untouched state of the patch and the last values of its parameters. It is recorded like
 * any other, so a render of the session begins again at the same block. Held notes and commands that waited for their time
 * are gone; a parameter that breaks the patch is given up too when renderers break after an anchor.
 *
 * The simulator drives this very class, with threads and a clock of its own behind {@link RendererPort} and `nowMs`.
 * Main isolate.
 */
import { fixed, SeatCommand, SeatState } from "../memory/layout.ts";
import { roleCount, seatCount } from "../memory/constants.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { type Anchor, type CommandLog, type LogEntry, Opcode } from "../log/command_log.ts";
import { completePosition, sealLost, type SealTable } from "../log/seal_table.ts";
import { StreamSeals } from "../log/stream_seals.ts";
import { Comparison, type ComparisonResult } from "./comparison.ts";
import { type Found, Quarantine } from "./quarantine.ts";
import { SnapshotSelector } from "./snapshot_selector.ts";
import {
  type Action,
  type SeatView,
  Supervisor,
  supervisorDefaults,
  type SupervisorEvent,
  type SupervisorSettings,
} from "./supervisor.ts";

/** The renderers behind the seats; `RendererPool` is one. */
export interface RendererPort {
  /** What is seen of a seat; undefined where nothing was ever started. */
  view(seat: number, outvoted: boolean): SeatView | undefined;
  /** How far the renderer on a seat had taken the log in when it published its last block. */
  logPosition(seat: number): number;
  /** Starts a renderer on an empty seat. */
  spawn(seat: number, incarnation: number, trial?: boolean): void;
  /** Lets a waiting renderer join, from a snapshot slot or, without one, from the initial state. */
  join(seat: number, snapshot: number | undefined): void;
  /** Ends a renderer in whatever state it is; one that is `hung` takes no orders. */
  end(seat: number, hung: boolean): void;
  /** Puts a thread that did not end behind other programs. */
  demote(seat: number): void;
}

/** Follows what the device has taken; `DeliveryLog` is one. */
export interface DeliveryPort {
  /** Takes in what was handed over since the last call. */
  poll(): void;
  /** Log position sealed by the last block that was handed over. */
  readonly position: number;
  /** The first block not seen yet. */
  readonly next: number;
}

export interface SupervisionOptions {
  readonly memory: SharedMemory;
  readonly seals: SealTable;
  readonly log: CommandLog;
  readonly renderers: RendererPort;
  readonly delivery: DeliveryPort;
  /** A monotonic clock in milliseconds. */
  readonly nowMs: () => number;
  /** Log positions that must do nothing too once `blamed` do: entries meant for a patch that will not play. */
  readonly orphansOf?: (blamed: readonly number[]) => readonly number[];
  /** Log positions of the commands that wait for their time in a block; they may be in the log no more. */
  readonly waitingAt?: (block: number) => readonly number[];
  /** The patch that commands mean now, by its number, and the entries that bring it to the last values of its parameters. */
  readonly lastValues?: () => { readonly patch: number; readonly entries: readonly LogEntry[] };
}

/** What the loop reports; the supervisor's own events, and those of comparison and quarantine. */
export type SupervisionEvent =
  | SupervisorEvent
  /** Checksums differ at a block; reported once, until they agree again. */
  | { readonly event: "divergence"; readonly block: number; readonly undecided: boolean }
  /** The device got these blocks from a renderer that was wrong: no vote was possible when they were due. */
  | { readonly event: "wrong"; readonly block: number; readonly blocks: number }
  /**
   * Log entries at these positions do nothing from now on. Where a search has found them they were heard before, up to
   * `found.block`; from there on renderers are heard that have replayed from `found.originBlock` without them.
   */
  | {
    readonly event: "quarantine";
    readonly positions: readonly number[];
    readonly found?: Omit<Found, "positions">;
  }
  /** Renderers begin again at `block`; `entries` were appended to the log for it, from `position` on. */
  | {
    readonly event: "anchor";
    readonly block: number;
    readonly position: number;
    readonly entries: readonly LogEntry[];
    /** Parameters have their last values; false: their defaults, because renderers broke on the values. */
    readonly withValues: boolean;
  };

/** Replays that may fail one after the other before renderers begin again. */
const maxFailedReplays = 6;

/** With less room than this part of the log, snapshots are not waited for: each releases the entries before it. */
const urgentRoom = 0.5;

/** What one turn of the loop did and found. */
export interface Supervised {
  /** Already carried out, in this order. */
  readonly actions: readonly Action[];
  readonly events: readonly SupervisionEvent[];
}

export class Supervision {
  readonly #options: SupervisionOptions;
  readonly #comparison: Comparison;
  readonly #snapshots: SnapshotSelector;
  readonly #supervisor: Supervisor;
  readonly #quarantine: Quarantine;
  #diverged = false;
  /** The first block that no renderer has published yet. */
  #furthest: number;
  /** Replays that have failed since a renderer was in lockstep. */
  #failedReplays = 0;
  /** Incarnations that replayed the log when commands were quarantined: they may still break on these. */
  #unwarned: ReadonlySet<number> = new Set();
  /** There was an anchor, and a renderer that began there has broken since. */
  #anchored = false;
  #brokeAtAnchor = false;

  constructor(options: SupervisionOptions) {
    const { memory, log, seals } = options;
    this.#options = options;
    this.#furthest = memory.consumed();
    this.#comparison = new Comparison(memory);
    this.#snapshots = new SnapshotSelector(memory, this.#comparison);
    this.#supervisor = new Supervisor(settingsFor(memory));
    this.#quarantine = new Quarantine(log, seals, options.waitingAt);
  }

  /** Seats by role, in the order of `roles`. */
  get roles(): readonly (number | undefined)[] {
    return this.#supervisor.roles;
  }

  /** Seats of the renderers in lockstep, the primary first. */
  get running(): readonly number[] {
    return this.roles.filter((seat) => seat !== undefined && this.#supervisor.isRunning(seat)) as number[];
  }

  /** Those of them that are not late on purpose. */
  get comparable(): readonly number[] {
    return this.running.filter((seat) => !this.#isAway(seat));
  }

  /** How many renderers are in lockstep. */
  get inLockstep(): number {
    return this.#supervisor.inLockstep;
  }

  /** Nothing was in doubt in the last turn, so that the next may come later. */
  get isCalm(): boolean {
    return this.#supervisor.isCalm && !this.#diverged && !this.#comparison.hasDisputes &&
      !this.#quarantine.searching;
  }

  /** Renderers in lockstep whose newest compared block was that of another. */
  get agreeing(): number {
    return this.#comparison.agreeing(this.running);
  }

  /** Renderers ever started. */
  get incarnations(): number {
    return this.#supervisor.incarnations;
  }

  /** Number of the oldest patch that a joiner may need. */
  get oldestPatch(): number {
    return this.#snapshots.oldestPatch();
  }

  /** The last agreed snapshot, for the journal to read: nothing writes its slot until {@link takeBackSnapshot}. */
  lendSnapshot(): number | undefined {
    return this.#snapshots.lend();
  }

  /** Slot of the snapshot that renderers begin from; it is not written again before the next turn. */
  get acceptedSnapshot(): number | undefined {
    return this.#snapshots.accepted;
  }

  takeBackSnapshot(): void {
    this.#snapshots.takeBack();
  }

  /** How far the furthest renderer in lockstep has played the log; undefined while there is none. */
  get playedPosition(): number | undefined {
    const { renderers } = this.#options;
    return this.running.map((seat) => renderers.logPosition(seat))
      .reduce<number | undefined>(
        (furthest, position) =>
          furthest === undefined || blocksBetween(position, furthest) > 0 ? position : furthest,
        undefined,
      );
  }

  /** States that a fault is committed now: the time to lockstep is measured from here, not from its detection. */
  faultCommitted(): void {
    this.#supervisor.faultCommitted(this.#options.nowMs());
  }

  /** Exchanges primary and standby; undefined when no standby is in lockstep. */
  failover(): Supervised | undefined {
    const decision = this.#supervisor.failover();
    if (decision) this.#carryOut(decision.actions);
    return decision;
  }

  /** What has become of the renderers, for an upgrade. */
  get renderers(): Pick<Supervisor, "alive" | "incarnation" | "isAlive" | "isComplete" | "isRunning"> {
    return this.#supervisor;
  }

  /** Starts a renderer on trial, whose vote does not count; undefined when no seat is free. Returns its seat. */
  startTrial(): number | undefined {
    const trial = this.#supervisor.startTrial();
    if (trial) this.#carryOut(trial.actions);
    return trial?.seat;
  }

  /** Gives a renderer on trial, which is in lockstep, the last role. */
  acceptTrial(seat: number): Supervised {
    const { memory } = this.#options;
    Atomics.store(memory.words, orderIndex(memory, seat, "trial"), 0);
    const decision = this.#supervisor.acceptTrial(seat, memory.consumed());
    this.#carryOut(decision.actions);
    return decision;
  }

  /** Ends a sane renderer, for another to take its place. */
  retire(seat: number): Supervised {
    const decision = this.#supervisor.retire(seat, this.#options.memory.consumed());
    this.#carryOut(decision.actions);
    return decision;
  }

  /** Takes over the renderers that an earlier control process has started, and the roles that the memory names. */
  adopt(): Supervised {
    const { memory, renderers } = this.#options;
    const { words } = memory;
    const order = (seat: number, name: "command" | "incarnation" | "snapshot" | "trial") =>
      Atomics.load(words, orderIndex(memory, seat, name));
    const seats = Array.from({ length: seatCount }, (_, seat) => {
      if (renderers.view(seat, false) === undefined) return void this.#dropClaim(seat);
      return {
        incarnation: order(seat, "incarnation"),
        ordered: order(seat, "command") !== SeatCommand.wait || order(seat, "trial") !== 0,
      };
    });
    const given = Array.from(
      { length: roleCount },
      (_, role) => Atomics.load(words, fixed.control.roleRing.index + role),
    );
    const strays = this.#supervisor.adopt({
      seats,
      roles: given.map((ring) => ring === 0 ? undefined : ring - 1),
      consumed: memory.consumed(),
      incarnations: Math.max(...Array.from({ length: seatCount }, (_, seat) => order(seat, "incarnation"))),
    });
    strays.forEach((seat) => renderers.end(seat, false));
    for (const seat of this.roles) {
      if (seat !== undefined && order(seat, "snapshot") !== 0) {
        this.#snapshots.useAgain(seat, order(seat, "snapshot") - 1);
      }
    }
    this.#carryOut([{ do: "roles", seats: this.roles }]);
    // not what the device has taken: blocks that were concealed may be those on which renderers break
    this.#furthest = this.#snapshots.origin.block;
    this.#followFurthest();
    return this.#takeSearchOver();
  }

  /** Ends a search for poison that a control process before this one was lost in. */
  #takeSearchOver(): Supervised {
    const { memory, log } = this.#options;
    if (log.suspended.length === 0) return { actions: [], events: [] };
    const consumed = memory.consumed();
    const hasPassed = this.roles.some((seat) =>
      seat !== undefined && this.#report(seat, "state") === SeatState.running &&
      blocksBetween(this.#report(seat, "published"), consumed) > 0 &&
      blocksBetween(this.#report(seat, "published"), log.search.block) > 0
    );
    const found = this.#quarantine.takeOver(hasPassed);
    if (found) {
      return { actions: [], events: [this.#takenBack(found)] };
    }
    // those that replay without these commands lead nowhere any more
    const { actions, events } = this.#supervisor.dismissJoiners(consumed);
    this.#carryOut(actions);
    return { actions, events };
  }

  /** One turn of the loop. `mayJoin`: waiting renderers may be let in; false until the engine has begun to record. */
  turn(mayJoin: boolean): Supervised {
    const { memory, log, delivery, nowMs } = this.#options;
    const events: SupervisionEvent[] = [];
    const running = this.running;
    // one that is away is late on purpose: the others do not wait for it to be compared
    const compared = this.#comparison.poll(this.comparable);
    this.#noteDivergence(compared, events);
    this.#snapshots.poll(running, log.room < memory.geometry.logCapacity * urgentRoom);
    const consumed = memory.consumed();
    const unheard = Atomics.load(memory.words, fixed.control.play.index) === 0;
    const replaying = this.#joining();
    const { actions, events: decided } = this.#supervisor.observe({
      nowMs: nowMs(),
      consumed,
      seats: this.#views(compared),
      canJoin: mayJoin && this.#snapshots.canJoin(consumed),
      maxJoiners: this.#quarantine.searching ? 1 : undefined,
      unheard,
    });
    events.push(...decided);
    this.#followFurthest();
    decided.forEach((event) => this.#noteFailure(event));
    for (const seat of this.#damaged()) this.#snapshots.reject(seat);
    const further = this.#quarantinePoison(events, replaying);
    this.#carryOut(actions);
    this.#carryOut(further);
    this.#snapshots.keepUsers((seat) => this.#supervisor.isJoining(seat));
    delivery.poll();
    this.#release();
    const mustBegin = this.inLockstep === 0 && mayJoin && !unheard &&
      (this.#quarantine.exhausted || this.#failedReplays >= maxFailedReplays ||
        !this.#snapshots.canJoin(consumed));
    const last = mustBegin ? this.#beginAgain(events) : [];
    return { actions: [...actions, ...further, ...last], events };
  }

  #views(compared: ComparisonResult): (SeatView | undefined)[] {
    const views: (SeatView | undefined)[] = [];
    for (let seat = 0; seat < seatCount; seat++) views.push(this.#view(seat, compared));
    return views;
  }

  /** What is seen of a seat. One that fell while it copied its arena claims the slot no more: others may write it. */
  #view(seat: number, { outvoted }: Pick<ComparisonResult, "outvoted">): SeatView | undefined {
    const view = this.#options.renderers.view(seat, outvoted.has(seat));
    if (view?.gone) this.#dropClaim(seat);
    return view;
  }

  #dropClaim(seat: number): void {
    const { memory } = this.#options;
    Atomics.store(memory.words, reportFieldIndex(memory, seat, "snapshotSlot"), 0);
  }

  /** Also what a renderer has published that fell since. */
  #followFurthest(): void {
    for (let seat = 0; seat < seatCount; seat++) {
      const hasPlayed = this.#report(seat, "state") >= SeatState.running; // written after its first block is told
      const published = this.#report(seat, "published");
      if (hasPlayed && blocksBetween(published, this.#furthest) > 0) this.#furthest = published;
    }
  }

  #report(seat: number, field: "state" | "published" | "away"): number {
    const { memory } = this.#options;
    return Atomics.load(memory.words, reportFieldIndex(memory, seat, field));
  }

  #isAway(seat: number): boolean {
    return this.#report(seat, "away") === 1;
  }

  /** Seats of renderers that found the snapshot damaged from which they were to join. */
  #damaged(): number[] {
    const damaged: number[] = [];
    for (let seat = 0; seat < seatCount; seat++) {
      if (this.#report(seat, "state") === SeatState.damaged) damaged.push(seat);
    }
    return damaged;
  }

  #noteDivergence({ block, undecided, wrong }: ComparisonResult, events: SupervisionEvent[]): void {
    if (wrong.length > 0) events.push({ event: "wrong", block: wrong[0], blocks: wrong.length });
    if (block !== undefined && !this.#diverged) events.push({ event: "divergence", block, undecided });
    this.#diverged = block !== undefined;
  }

  #noteFailure(event: SupervisorEvent): void {
    if (event.event === "fault" && event.role !== "reserve") { // one in reserve has not played a command yet
      const { block, seat, incarnation, joining, cause } = event;
      if (joining && this.#unwarned.has(incarnation)) return;
      const certain = cause === "throw" || cause === "trap";
      const broke = certain || cause === "hang" || cause === "oom";
      if (joining && cause !== "exit") this.#failedReplays++; // one that was ended from outside says nothing of the log
      if (broke && this.#anchored && this.#snapshots.accepted === undefined) this.#brokeAtAnchor = true;
      const position = this.#options.renderers.logPosition(seat);
      if (broke) {
        if (this.#quarantine.searching) this.#failedReplays = 0; // its trial has failed, and the next one follows
        this.#quarantine.noteFailure({ block, position, joining, certain });
      }
    }
    if (event.event === "lockstep" && event.renderers === supervisorDefaults.following) {
      this.#quarantine.forget();
    }
  }

  /**
   * Returns actions that follow from it.
   *
   * @param replaying incarnations that replayed the log before this turn
   */
  #quarantinePoison(events: SupervisionEvent[], replaying: ReadonlySet<number>): readonly Action[] {
    const wasSearching = this.#quarantine.searching;
    const isAlone = this.inLockstep === 0;
    if (!isAlone) this.#failedReplays = 0;
    const isPast = this.running.some((seat) => this.#quarantine.isPast(this.#report(seat, "published")));
    if (isPast || this.#quarantine.hasPassed) {
      const found = this.#quarantine.confirm();
      if (found) {
        events.push(this.#takenBack(found));
      }
    }
    const { memory } = this.#options;
    const isHeard = Atomics.load(memory.words, fixed.control.play.index) === 1;
    const consumed = isHeard ? memory.consumed() : undefined; // before anything is played no block passes
    const blamed = isAlone ? this.#quarantine.decide(this.#snapshots.origin, this.#furthest, consumed) : [];
    if (blamed.length > 0) {
      this.#failedReplays = 0;
      const { log, orphansOf } = this.#options;
      this.#unwarned = replaying;
      const orphans = orphansOf?.(blamed).filter((position) => log.quarantine(position)) ?? [];
      events.push({ event: "quarantine", positions: [...blamed, ...orphans] });
    }
    if (!wasSearching && this.#quarantine.searching) this.#failedReplays = 0;
    if (wasSearching || !this.#quarantine.searching) return [];
    // those that replay already would be taken for the first trial
    return this.#supervisor.dismissJoiners(this.#options.memory.consumed()).actions;
  }

  /** The outcome of a search as an event. */
  #takenBack(found: Found): SupervisionEvent {
    const { positions, block, wasHeard } = found;
    if (!wasHeard) return { event: "quarantine", positions };
    this.#comparison.takeBackBefore(block);
    return { event: "quarantine", positions, found };
  }

  /** Incarnations of the renderers that replay the log. */
  #joining(): Set<number> {
    const { renderers } = this.#options;
    const incarnations = new Set<number>();
    for (let seat = 0; seat < seatCount; seat++) {
      const view = this.#supervisor.isJoining(seat) ? renderers.view(seat, false) : undefined;
      if (view) incarnations.add(view.incarnation);
    }
    return incarnations;
  }

  /** Gives up what could still be replayed, and lets the log say where renderers begin again. Returns what was done. */
  #beginAgain(events: SupervisionEvent[]): readonly Action[] {
    const { memory, log, seals, delivery, lastValues } = this.#options;
    const { actions } = this.#supervisor.dismissJoiners(memory.consumed());
    this.#carryOut(actions);
    const block = (memory.consumed() + 2 * memory.lookaheadBlocks()) | 0;
    this.#sealUntil(block);
    this.#snapshots.abandon();
    delivery.poll();
    log.release(delivery.position);
    const { patch, entries: values } = lastValues?.() ?? { patch: 0, entries: [] };
    const withValues = !this.#brokeAtAnchor;
    const at = { block, frame: 0 };
    const entries: LogEntry[] = [
      { opcode: Opcode.anchor, target: patch, value: 0, extra: 0, at },
      { opcode: Opcode.lookahead, target: memory.lookaheadBlocks(), value: 0, extra: 0 },
      ...(withValues ? values : []),
    ];
    if (log.room < entries.length) return actions; // the delivery log is still on its way: in the next turn
    const position = log.head;
    log.append(entries);
    const sealed = seals.claim(block, log.head);
    const isHeard = sealed !== sealLost && completePosition(position, sealed) === log.head;
    events.push({ event: "anchor", block, position, entries, withValues });
    if (isHeard) this.#follow({ patch, block, position });
    else log.quarantine(position); // a thread on its way out has sealed the block before: in the next turn
    return actions;
  }

  #follow(anchor: Anchor): void {
    this.#snapshots.begin(anchor);
    this.#quarantine.restart();
    this.#failedReplays = 0;
    this.#anchored = true;
    this.#brokeAtAnchor = false;
  }

  /** Seals the blocks that nobody will render any more. */
  #sealUntil(end: number): void {
    const { memory, log, seals, delivery } = this.#options;
    const streamSeals = new StreamSeals(memory);
    const most = memory.geometry.sealCount - 1;
    const next = delivery.next;
    let block = blocksBetween(end, next) > most ? (end - most) | 0 : next;
    for (; block !== end; block = (block + 1) | 0) {
      seals.claim(block, log.head);
      streamSeals.close(block);
    }
  }

  #carryOut(actions: readonly Action[]): void {
    const { memory, renderers } = this.#options;
    for (const action of actions) {
      switch (action.do) {
        case "spawn":
          renderers.spawn(action.seat, action.incarnation, action.trial);
          break;
        case "join":
          renderers.join(action.seat, this.#snapshots.use(action.seat));
          break;
        case "end":
          renderers.end(action.seat, action.hung);
          break;
        case "demote":
          renderers.demote(action.seat);
          break;
        case "roles":
          action.seats.forEach((seat, role) => {
            const ring = seat === undefined ? 0 : seat + 1;
            Atomics.store(memory.words, fixed.control.roleRing.index + role, ring);
          });
          break;
      }
    }
  }

  /** Lets the log overwrite what neither a joiner nor the delivery log can still ask for. */
  #release(): void {
    const { log, delivery } = this.#options;
    const delivered = delivery.position;
    const joined = this.#snapshots.oldestPosition();
    log.release(blocksBetween(delivered, joined) < 0 ? delivered : joined);
  }
}

/** Arena that a joiner copies and checks in a millisecond at least: a quarter of what was measured. */
const snapshotBytesPerMs = 2 ** 18;

/** The supervisor's patience on this engine: a block that plays at full load takes its whole length. */
function settingsFor({ geometry }: SharedMemory): SupervisorSettings {
  const twoBlocksMs = 2 * geometry.blockFrames / geometry.sampleRateHz * 1_000;
  return {
    ...supervisorDefaults,
    seatCount,
    hangMs: Math.max(supervisorDefaults.hangMs, twoBlocksMs),
    blockMs: twoBlocksMs / 2,
    lateMs: Math.max(supervisorDefaults.lateMs, twoBlocksMs),
    snapshotMs: geometry.arenaBytes / snapshotBytesPerMs,
  };
}
