/**
 * The supervision loop: what the main isolate does every few milliseconds so that the renderers stay three.
 *
 *     compare → snapshots → observe → quarantine → carry out → deliver → release
 *
 * Each step belongs to a part with a single job; this file is their order, and nothing else decides. The order matters:
 *
 * - comparing comes first, so that the supervisor judges with the verdict on the newest blocks;
 * - poison is quarantined before a joiner is let in, so that the first renderer to replay the log already passes it;
 * - the log is released last, up to what neither a joiner nor the delivery log can still ask for.
 *
 * The simulator drives this very class, with threads and a clock of its own behind {@link RendererPort} and `nowMs`.
 * Main isolate.
 */
import { fixed, SeatCommand, SeatState } from "../memory/layout.ts";
import { roleCount, seatCount } from "../memory/constants.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import type { CommandLog } from "../log/command_log.ts";
import type { SealTable } from "../log/seal_table.ts";
import { Comparison, type ComparisonResult } from "./comparison.ts";
import { Quarantine } from "./quarantine.ts";
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
  spawn(seat: number, incarnation: number): void;
  /** Lets a waiting renderer join, from a snapshot slot or, without one, from the initial state. */
  join(seat: number, snapshot: number | undefined): void;
  /** Ends a renderer in whatever state it is; one that is `hung` takes no orders. */
  end(seat: number, hung: boolean): void;
  /** Gives a thread that did not end the lowest priority. */
  demote(seat: number): void;
}

/** Follows what the device has taken; `DeliveryLog` is one. */
export interface DeliveryPort {
  /** Takes in what was handed over since the last call. */
  poll(): void;
  /** Log position sealed by the last block that was handed over. */
  readonly position: number;
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
}

/** What the loop reports; the supervisor's own events, and those of comparison and quarantine. */
export type SupervisionEvent =
  | SupervisorEvent
  /** Checksums differ at a block; reported once, until they agree again. */
  | { readonly event: "divergence"; readonly block: number; readonly undecided: boolean }
  /** Log entries at these positions do nothing from now on. */
  | { readonly event: "quarantine"; readonly positions: readonly number[] };

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

  constructor(options: SupervisionOptions) {
    const { memory, log, seals } = options;
    this.#options = options;
    this.#comparison = new Comparison(memory);
    this.#snapshots = new SnapshotSelector(memory, this.#comparison);
    this.#supervisor = new Supervisor(settingsFor(memory));
    this.#quarantine = new Quarantine(log, seals);
  }

  /** Seats by role, in the order of `roles`. */
  get roles(): readonly (number | undefined)[] {
    return this.#supervisor.roles;
  }

  /** Seats of the renderers in lockstep, the primary first. */
  get running(): readonly number[] {
    return this.roles.filter((seat) => seat !== undefined && this.#supervisor.isRunning(seat)) as number[];
  }

  /** How many renderers are in lockstep. */
  get inLockstep(): number {
    return this.#supervisor.inLockstep;
  }

  /** Renderers ever started. */
  get incarnations(): number {
    return this.#supervisor.incarnations;
  }

  /** Number of the oldest patch that a joiner may need. */
  get oldestPatch(): number {
    return this.#snapshots.oldestPatch();
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

  /** Takes over the renderers that an earlier control process has started, and the roles that the memory names. */
  adopt(): void {
    const { memory, renderers } = this.#options;
    const { words } = memory;
    const order = (seat: number, name: "command" | "incarnation" | "snapshot") =>
      Atomics.load(words, orderIndex(memory, seat, name));
    const seats = Array.from({ length: seatCount }, (_, seat) =>
      renderers.view(seat, false) && {
        incarnation: order(seat, "incarnation"),
        ordered: order(seat, "command") !== SeatCommand.wait,
      });
    const given = Array.from(
      { length: roleCount },
      (_, role) => Atomics.load(words, fixed.control.roleRing.index + role),
    );
    const strays = this.#supervisor.adopt(
      seats,
      given.map((ring) => ring === 0 ? undefined : ring - 1),
      memory.consumed(),
    );
    strays.forEach((seat) => renderers.end(seat, false));
    for (const seat of this.roles) {
      if (seat !== undefined && order(seat, "snapshot") !== 0) {
        this.#snapshots.useAgain(seat, order(seat, "snapshot") - 1);
      }
    }
    this.#carryOut([{ do: "roles", seats: this.roles }]);
  }

  /** One turn of the loop. `mayJoin`: waiting renderers may be let in; false until the engine has begun to record. */
  turn(mayJoin: boolean): Supervised {
    const { memory, renderers, delivery, nowMs } = this.#options;
    const events: SupervisionEvent[] = [];
    const running = this.running;
    // one that is away is late on purpose: the others do not wait for it to be compared
    const compared = this.#comparison.poll(running.filter((seat) => !this.#isAway(seat)));
    this.#noteDivergence(compared, events);
    this.#snapshots.poll(running);
    const consumed = memory.consumed();
    const { actions, events: decided } = this.#supervisor.observe({
      nowMs: nowMs(),
      consumed,
      seats: Array.from(
        { length: seatCount },
        (_, seat) => renderers.view(seat, compared.outvoted.has(seat)),
      ),
      canJoin: mayJoin && this.#snapshots.canJoin(consumed),
      unheard: Atomics.load(memory.words, fixed.control.play.index) === 0,
    });
    events.push(...decided);
    decided.forEach((event) => this.#noteFailure(event));
    for (const seat of this.#damaged()) this.#snapshots.reject(seat);
    if (this.inLockstep === 0) this.#quarantinePoison(events);
    this.#carryOut(actions);
    this.#snapshots.keepUsers((seat) => this.#supervisor.isJoining(seat));
    delivery.poll();
    this.#release();
    return { actions, events };
  }

  #isAway(seat: number): boolean {
    const { memory } = this.#options;
    return Atomics.load(memory.words, reportFieldIndex(memory, seat, "away")) === 1;
  }

  /** Seats of renderers that found the snapshot damaged from which they were to join. */
  #damaged(): number[] {
    const { memory } = this.#options;
    return Array.from({ length: seatCount }, (_, seat) => seat).filter((seat) =>
      Atomics.load(memory.words, reportFieldIndex(memory, seat, "state")) === SeatState.damaged
    );
  }

  #noteDivergence({ block, undecided }: ComparisonResult, events: SupervisionEvent[]): void {
    if (block !== undefined && !this.#diverged) events.push({ event: "divergence", block, undecided });
    this.#diverged = block !== undefined;
  }

  #noteFailure(event: SupervisorEvent): void {
    const broke = event.event === "fault" && (event.cause === "throw" || event.cause === "trap");
    if (broke && event.role !== "reserve") { // one in reserve has not played a command yet
      const position = this.#options.renderers.logPosition(event.seat);
      this.#quarantine.noteFailure({ block: event.block, position });
    }
    if (event.event === "lockstep" && event.renderers === supervisorDefaults.following) {
      this.#quarantine.forget();
    }
  }

  #quarantinePoison(events: SupervisionEvent[]): void {
    const blamed = this.#quarantine.decide();
    if (blamed.length === 0) return;
    const { log, orphansOf } = this.#options;
    const orphans = orphansOf?.(blamed).filter((position) => log.quarantine(position)) ?? [];
    events.push({ event: "quarantine", positions: [...blamed, ...orphans] });
  }

  #carryOut(actions: readonly Action[]): void {
    const { memory, renderers } = this.#options;
    for (const action of actions) {
      switch (action.do) {
        case "spawn":
          renderers.spawn(action.seat, action.incarnation);
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
    lateMs: Math.max(supervisorDefaults.lateMs, twoBlocksMs),
    snapshotMs: geometry.arenaBytes / snapshotBytesPerMs,
  };
}
