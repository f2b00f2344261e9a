/** Renderers, processes and counters as the shared memory has them at a moment. Telemetry thread. */
import type { LiveCounters, ProcessState, RendererState } from "../dashboard/protocol.ts";
import { roles } from "../engine/control/control.ts";
import { roleCount, seatCount } from "../engine/memory/constants.ts";
import { fixed, SeatCommand, SeatState, within } from "../engine/memory/layout.ts";
import { deliveredIndex } from "../engine/memory/places.ts";
import { orderIndex, reportFieldIndex, reportIndex } from "../engine/memory/seats.ts";
import { blocksBetween, type SharedMemory } from "../engine/memory/shared_memory.ts";

const stateNames: Readonly<Record<number, RendererState["state"]>> = {
  [SeatState.starting]: "starting",
  [SeatState.ready]: "ready",
  [SeatState.running]: "running",
  [SeatState.stopped]: "stopped",
  [SeatState.failed]: "failed",
  [SeatState.stale]: "stale",
  [SeatState.trapped]: "trapped",
  [SeatState.damaged]: "damaged",
};

/** The processor time of a thread, by the kernel's id; undefined where it is gone. */
export type ThreadMs = (threadId: number) => number | undefined;

/** A heartbeat that has not moved for this long belongs to a process that stands still. */
const heartbeatMs = 1_000;

/** A device calls at least this often. */
const streamingMs = 200;

/** What a renderer had done at a moment. */
interface Account {
  readonly threadId: number;
  readonly processorMs: number;
  readonly published: number;
}

/** Whether a word still moves. */
class Motion {
  #value = NaN;
  #sinceMs = -Infinity;

  moved(value: number, nowMs: number): void {
    if (value === this.#value) return;
    this.#value = value;
    this.#sinceMs = nowMs;
  }

  isWithin(ms: number, nowMs: number): boolean {
    return nowMs - this.#sinceMs <= ms;
  }
}

export class LiveReading {
  readonly #memory: SharedMemory;
  readonly #threadMs: ThreadMs;
  readonly #pid: number;
  readonly #callbacks = new Motion();
  readonly #control = new Motion();
  readonly #stage = new Motion();
  readonly #accounts: (Account | undefined)[] = new Array(seatCount).fill(undefined);
  readonly #loads: (number | undefined)[] = new Array(seatCount).fill(undefined);
  #concealed = 0;
  #busy = { ticks: 0, frames: 0 };

  /** @param pid of the main isolate, where renderers are threads of its process */
  constructor(memory: SharedMemory, threadMs: ThreadMs, pid: number) {
    this.#memory = memory;
    this.#threadMs = threadMs;
    this.#pid = pid;
    this.#concealed = memory.counter("concealedBlocks");
    this.callbackLoad(1);
  }

  /** Looks at what has to be seen moving. */
  poll(nowMs: number): void {
    const { words } = this.#memory;
    this.#callbacks.moved(this.#memory.counter("callbacks"), nowMs);
    this.#control.moved(Atomics.load(words, fixed.controlProcess.heartbeat.index), nowMs);
    this.#stage.moved(Atomics.load(words, fixed.stageReport.heartbeat.index), nowMs);
  }

  isStreaming(nowMs: number): boolean {
    return this.#callbacks.isWithin(streamingMs, nowMs);
  }

  /** Whether a block came from a renderer since the last call, or none was due. */
  isRendered(): boolean {
    const concealed = this.#memory.counter("concealedBlocks");
    const isRendered = concealed === this.#concealed;
    this.#concealed = concealed;
    return isRendered;
  }

  /** The renderer that made the last block; 0: it was concealed. */
  heardRendererId(): number {
    const block = (this.#memory.consumed() - 1) | 0;
    const ring = this.#memory.words[deliveredIndex(this.#memory, block) + within.delivered.ring.index];
    return ring === 0 || ring > seatCount ? 0 : this.#order(ring - 1, "incarnation");
  }

  /**
   * Takes the account of every renderer: the kernel is asked, some 30 µs each.
   *
   * @param onRenderTime gets the mean milliseconds of a block for each renderer that has published some since the last call
   */
  sampleLoads(blockMs: number, onRenderTime: (ms: number) => void): void {
    for (let seat = 0; seat < seatCount; seat++) {
      const before = this.#accounts[seat];
      this.#accounts[seat] = undefined;
      const threadId = this.#report(seat, "threadId");
      const processorMs = this.#state(seat) === "running" ? this.#threadMs(threadId) : undefined;
      if (processorMs === undefined) {
        this.#loads[seat] = undefined;
        continue;
      }
      const published = this.#report(seat, "published");
      this.#accounts[seat] = { threadId, processorMs, published };
      const blocks = before && before.threadId === threadId ? blocksBetween(published, before.published) : 0;
      if (blocks <= 0) continue;
      const renderMs = (processorMs - before!.processorMs) / blocks;
      onRenderTime(renderMs);
      const load = renderMs / blockMs;
      this.#loads[seat] = this.#loads[seat] === undefined ? load : this.#loads[seat]! * 0.9 + load * 0.1;
    }
  }

  renderers(): RendererState[] {
    const { words } = this.#memory;
    const consumed = this.#memory.consumed();
    const rings = Array.from(
      { length: roleCount },
      (_, role) => Atomics.load(words, fixed.control.roleRing.index + role),
    );
    const found: RendererState[] = [];
    for (let seat = 0; seat < seatCount; seat++) {
      const state = this.#state(seat);
      if (state === undefined) continue;
      const role = rings.indexOf(seat + 1);
      const isAlive = state === "running" || state === "ready";
      const load = this.#loads[seat];
      found.push({
        seat,
        rendererId: this.#order(seat, "incarnation"),
        role: role >= 0 ? roles[role] : isAlive ? "reserve" : "none",
        state,
        isAway: this.#report(seat, "away") === 1,
        blocksAhead: state === "running" ? blocksBetween(this.#report(seat, "published"), consumed) : 0,
        ...(load !== undefined && { load: Math.round(load * 1_000) / 1_000 }),
        voices: isAlive ? this.#voices(seat) : 0,
        threadId: this.#report(seat, "threadId"),
        realTimePriority: this.#report(seat, "realTime"),
        error: this.#errorText(seat),
      });
    }
    return found;
  }

  processes(nowMs: number): ProcessState[] {
    const { words } = this.#memory;
    const { controlProcess, launcher, stageReport } = fixed;
    const word = (index: number) => Atomics.load(words, index);
    const pid = word(controlProcess.pid.index);
    const control = { name: "control", restarts: Math.max(0, word(launcher.epoch.index) - 1) } as const;
    if (pid === 0) return [{ ...control, pid: this.#pid, isAlive: true }]; // whoever is told lives
    const launcherPid = word(launcher.pid.index);
    return [
      ...(launcherPid === 0
        ? []
        : [{ name: "launcher", pid: launcherPid, isAlive: true, restarts: 0 } as const]),
      { ...control, pid, isAlive: this.#control.isWithin(heartbeatMs, nowMs) },
      {
        name: "stage",
        pid: word(stageReport.pid.index),
        isAlive: this.#stage.isWithin(heartbeatMs, nowMs),
        restarts: Math.max(0, word(stageReport.starts.index) - 1),
      },
      ...this.renderers().filter(({ state }) => state === "running" || state === "ready").map((
        { threadId, rendererId },
      ) => ({ name: "renderer", pid: threadId, isAlive: true, restarts: 0, rendererId }) as const),
    ];
  }

  counters(): LiveCounters {
    const memory = this.#memory;
    const counter = (name: Parameters<SharedMemory["counter"]>[0]) => memory.counter(name);
    return {
      blocks: Math.floor(counter("frames") / memory.geometry.blockFrames),
      callbacks: counter("callbacks"),
      rescuedBlocks: counter("rescuedBlocks"),
      concealedBlocks: counter("concealedBlocks"),
      concealedFrames: counter("concealedFrames"),
      outvotedBlocks: counter("outvotedBlocks"),
      undecidedBlocks: counter("undecidedBlocks"),
      tornBlocks: counter("tornBlocks"),
      nonFiniteSamples: counter("nonFiniteSamples"),
      overSamples: counter("overSamples"),
      limitedSamples: counter("limitedSamples"),
      xruns: counter("outputUnderflows") +
        (Atomics.load(memory.words, fixed.stageReport.xruns.index) >>> 0),
    };
  }

  /** Part of its time that the callback took since the last call. */
  callbackLoad(ticksPerMs: number): number {
    const { sampleRateHz } = this.#memory.geometry;
    const now = { ticks: this.#memory.counter("busyTicks"), frames: this.#memory.counter("frames") };
    const frames = now.frames - this.#busy.frames;
    const ticks = now.ticks - this.#busy.ticks;
    this.#busy = now;
    if (frames <= 0 || ticksPerMs <= 0) return 0;
    return Math.round(ticks / ticksPerMs / (frames / sampleRateHz * 1_000) * 10_000) / 10_000;
  }

  /** A renderer that was given up says nothing more: its process may have been ended while it ran. */
  #state(seat: number): RendererState["state"] | undefined {
    const state = stateNames[this.#report(seat, "state")];
    const isAlive = state === "starting" || state === "ready" || state === "running";
    return isAlive && this.#order(seat, "command") === SeatCommand.stop ? "stopped" : state;
  }

  #voices(seat: number): number {
    const first = reportFieldIndex(this.#memory, seat, "voices");
    const { count } = within.seatReport.voices;
    let sum = 0;
    for (let index = 0; index < count; index++) sum += Atomics.load(this.#memory.words, first + index);
    return sum;
  }

  #errorText(seat: number): string {
    const { bytes } = this.#memory;
    const start = (reportIndex(this.#memory, seat) + within.seatReport.errorText.index) * 4;
    const most = within.seatReport.errorText.count * 4;
    const length = Math.min(most, this.#report(seat, "errorBytes") >>> 0);
    return length === 0 ? "" : new TextDecoder().decode(bytes.slice(start, start + length));
  }

  #report(seat: number, name: Parameters<typeof reportFieldIndex>[2]): number {
    return Atomics.load(this.#memory.words, reportFieldIndex(this.#memory, seat, name));
  }

  #order(seat: number, name: Parameters<typeof orderIndex>[2]): number {
    return Atomics.load(this.#memory.words, orderIndex(this.#memory, seat, name));
  }
}
