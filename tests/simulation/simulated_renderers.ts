/**
 * Renderer threads without threads: the engine's own `Renderer` and `RendererLoop` behind the supervision loop's port, each
 * step of which the seeded scheduler may put between any two steps of another.
 */
import type { FaultCause } from "../../engine/control/control.ts";
import { seatCount } from "../../engine/memory/constants.ts";
import { SeatCommand, SeatState, type within } from "../../engine/memory/layout.ts";
import { clearSeat, orderIndex, reportFieldIndex } from "../../engine/memory/seats.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { flipBit } from "../../engine/renderer/fault_hooks.ts";
import type { Renderer } from "../../engine/renderer/renderer.ts";
import { RendererStaleError } from "../../engine/renderer/renderer_stale_error.ts";
import { SnapshotDamagedError } from "../../engine/renderer/snapshot_damaged_error.ts";
import { commandTraps, SimulatedHang } from "./exchanges.ts";
import { AfterStep, RendererLoop } from "../../engine/renderer/renderer_loop.ts";
import type { RendererPort } from "../../engine/supervisor/supervision.ts";
import type { SeatView } from "../../engine/supervisor/supervisor.ts";
import type { ThreadTime } from "../../engine/supervisor/thread_time.ts";
import type { SeededRandom } from "../../testing/seeded_random.ts";

/** A simulated thread on a seat. */
export interface Thread {
  readonly seat: number;
  readonly incarnation: number;
  readonly loop: RendererLoop;
  readonly renderer: Renderer;
  illness: "none" | "hung" | "slow";
  corrupt: boolean;
  /** Sleeps until then. */
  wakesMs: number;
  /** Is ready to run and gets no processor until then. */
  starvedMs: number;
  /** Was told to sleep for longer than a healthy thread does. */
  stalled: boolean;
  processorMs: number;
  readyMs: number;
  ended: boolean;
  /** When the thread is really gone after it was ended: until then it goes on like a zombie. */
  goneMs: number;
  crashed: boolean;
  cause?: FaultCause;
}

export interface SimulatedRenderersOptions {
  readonly memory: SharedMemory;
  readonly random: SeededRandom;
  readonly nowMs: () => number;
  readonly makeRenderer: (seat: number) => Renderer;
  readonly preparePatches: (renderer: Renderer) => void;
  /** A command ran into a trap while a renderer that was not ended rendered this block. */
  readonly onTrap: (block: number) => void;
  /** Simulated time between two steps; omitted: the seats give no account of their threads. */
  readonly stepMs?: number;
}

const faultKinds = ["crash", "hung", "stall", "slow", "corrupt"] as const;

export class SimulatedRenderers implements RendererPort {
  readonly #options: SimulatedRenderersOptions;
  readonly #threads: (Thread | undefined)[] = new Array(seatCount).fill(undefined);
  /** All threads that may still take a step, also those whose seat has been given to another. */
  #running: Thread[] = [];

  /** No renderer gets a processor, those that are started meanwhile neither. */
  isFrozen = false;
  /** Gets every thread before its first step. */
  beforeSpawn: ((thread: Thread) => void) | undefined;

  constructor(options: SimulatedRenderersOptions) {
    this.#options = options;
  }

  /** The thread that sits, or last sat, on a seat. */
  on(seat: number): Thread | undefined {
    return this.#threads[seat];
  }

  /** Threads that the main isolate takes for living. */
  get living(): readonly Thread[] {
    return this.#threads.filter((thread): thread is Thread =>
      thread !== undefined && !thread.ended && !thread.crashed
    );
  }

  view(seat: number, outvoted: boolean): SeatView | undefined {
    const thread = this.#threads[seat];
    if (!thread) return undefined;
    return {
      incarnation: thread.incarnation,
      state: this.#reported(seat, "state"),
      published: this.#reported(seat, "published"),
      heartbeat: this.#reported(seat, "heartbeat"),
      exited: thread.crashed,
      gone: thread.ended && this.#options.nowMs() >= thread.goneMs,
      cause: thread.cause,
      outvoted,
      thread: this.#account(thread),
      away: this.#reported(seat, "away") === 1,
    };
  }

  /** What the kernel would say of a thread. */
  #account(thread: Thread): ThreadTime | undefined {
    const { nowMs, stepMs } = this.#options;
    if (stepMs === undefined) return undefined;
    return {
      processorMs: thread.processorMs,
      runnable: this.isFrozen || nowMs() < thread.starvedMs || nowMs() >= thread.wakesMs,
    };
  }

  /** Whether nothing has been done to a thread that a supervisor could blame it for. */
  isHealthy(seat: number): boolean {
    const thread = this.#threads[seat]!;
    return thread.illness === "none" && !thread.stalled && !thread.corrupt && !thread.crashed;
  }

  /** Withholds the processors from some renderers, or from all. Returns when the last of them gets one again. */
  starve(): number {
    const { random, nowMs } = this.#options;
    const all = random.chance(0.5);
    const untilMs = nowMs() + (all && random.chance(0.3) ? 50 : random.next() * 60);
    for (const thread of this.#running) {
      if (all || random.chance(0.4)) thread.starvedMs = Math.max(thread.starvedMs, untilMs);
    }
    return untilMs;
  }

  logPosition(seat: number): number {
    return this.#reported(seat, "logPosition");
  }

  spawn(seat: number, incarnation: number): void {
    const { memory, makeRenderer, preparePatches, random, nowMs } = this.#options;
    clearSeat(memory, seat);
    memory.words[orderIndex(memory, seat, "incarnation")] = incarnation;
    memory.words[orderIndex(memory, seat, "command")] = SeatCommand.wait;
    const renderer = makeRenderer(seat);
    preparePatches(renderer);
    while (!renderer.prepareMore());
    const thread: Thread = {
      seat,
      incarnation,
      renderer,
      loop: new RendererLoop({ memory, seat, renderer }),
      illness: "none",
      corrupt: false,
      wakesMs: 0,
      starvedMs: 0,
      stalled: false,
      processorMs: 0,
      readyMs: nowMs() + random.next() * 40,
      ended: false,
      goneMs: 0,
      crashed: false,
    };
    this.beforeSpawn?.(thread);
    this.#threads[seat] = thread;
    this.#running.push(thread);
  }

  join(seat: number, snapshot: number | undefined): void {
    const { memory } = this.#options;
    memory.words[orderIndex(memory, seat, "snapshot")] = snapshot === undefined ? 0 : snapshot + 1;
    memory.words[orderIndex(memory, seat, "command")] = SeatCommand.run;
  }

  end(seat: number): void {
    const thread = this.#threads[seat]!;
    const { nowMs, random } = this.#options;
    thread.ended = true;
    thread.goneMs = thread.crashed ? nowMs() : nowMs() + random.next() * 30;
  }

  demote(): void {}

  /** Two cores: in each step of time, two threads chosen by chance may take a few steps. */
  step(): void {
    const { random, nowMs, memory } = this.#options;
    if (this.#running.some((thread) => this.#isGone(thread))) {
      this.#running = this.#running.filter((thread) => !this.#isGone(thread));
    }
    if (this.isFrozen) return;
    this.#spin();
    for (let core = 0; core < 2; core++) {
      const thread = this.#running[random.below(seatCount)];
      if (!thread || thread.crashed || nowMs() < Math.max(thread.wakesMs, thread.readyMs, thread.starvedMs)) {
        continue;
      }
      if (thread.illness === "none") thread.processorMs += this.#options.stepMs ?? 0;
      if (thread.illness === "hung" || (thread.illness === "slow" && !random.chance(0.01))) continue;
      const state = reportFieldIndex(memory, thread.seat, "state");
      if (memory.words[state] === SeatState.empty) memory.words[state] = SeatState.ready;
      for (let steps = 1 + random.below(8); steps > 0; steps--) {
        if (!this.#stepThread(thread, state)) break;
      }
    }
  }

  /** Threads that are ill use the two cores all the time, and get nothing done. */
  #spin(): void {
    const { nowMs, stepMs = 0 } = this.#options;
    if (this.#running.every(({ illness }) => illness === "none")) return;
    const spinning = this.#running.filter(({ illness, starvedMs }) =>
      illness !== "none" && nowMs() >= starvedMs
    );
    for (const thread of spinning) thread.processorMs += stepMs * Math.min(1, 2 / spinning.length);
  }

  /** Breaks one renderer of those in roles, or all of them. Returns how many were. */
  breakSomething(roles: readonly (number | undefined)[]): number {
    const { random } = this.#options;
    const seats = random.below(20) === 0 ? roles : [random.pick(roles)];
    let broken = 0;
    for (const seat of seats) {
      const thread = seat === undefined ? undefined : this.#threads[seat];
      if (!thread || thread.ended || thread.crashed) continue;
      broken++;
      this.#break(thread, random.pick(faultKinds));
    }
    return broken;
  }

  #break(thread: Thread, kind: typeof faultKinds[number]): void {
    const { random, nowMs } = this.#options;
    if (thread.illness === "hung" && kind !== "crash") return; // it never takes another step
    if (kind === "crash") thread.crashed = true;
    else if (kind === "stall") {
      thread.wakesMs = nowMs() + random.next() * 30;
      thread.stalled = true;
    } else if (kind === "corrupt") {
      // Two that are wrong in the same way would be a majority: the engine promises to survive one at a time.
      if (this.#running.some((other) => other.corrupt && !this.#isGone(other))) return;
      flipBit(thread.renderer.playing, 0, random.below(32));
      thread.corrupt = true;
    } else thread.illness = kind;
  }

  /** Whether the thread can take no step any more. */
  #isGone(thread: Thread): boolean {
    return thread.crashed || (thread.ended && this.#options.nowMs() >= thread.goneMs);
  }

  #stepThread(thread: Thread, state: number): boolean {
    const { memory, nowMs, random, preparePatches } = this.#options;
    try {
      const next = thread.loop.step();
      if (next === AfterStep.goOn || next === AfterStep.stepOut) return true;
      if (next === AfterStep.preparePatch) {
        preparePatches(thread.renderer);
        return true;
      }
      if (next === AfterStep.waitForDevice) thread.wakesMs = nowMs() + 0.5 + random.next();
      if (next === AfterStep.end) thread.crashed = true;
      return false;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof SimulatedHang) {
        thread.illness = "hung";
        return false;
      }
      const isStale = error instanceof RendererStaleError;
      const isTrap = error instanceof WebAssembly.RuntimeError;
      const isDamaged = error instanceof SnapshotDamagedError;
      memory.words[state] = isDamaged
        ? SeatState.damaged
        : isStale
        ? SeatState.stale
        : isTrap
        ? SeatState.trapped
        : SeatState.failed;
      thread.cause = isStale ? "stale" : isTrap ? "trap" : "throw";
      thread.crashed = true;
      if (commandTraps.has(error) && !thread.ended) this.#options.onTrap(thread.renderer.block);
      return false;
    }
  }

  #reported(seat: number, name: keyof typeof within.seatReport): number {
    const { memory } = this.#options;
    return memory.words[reportFieldIndex(memory, seat, name)];
  }
}
