/**
 * The simulator: the engine's own log, seals, rings, roles, snapshots, supervisor and native callback, with the threads
 * replaced by a seeded scheduler that may put any step of one between any two steps of another. Time is a number that
 * the scheduler advances. One seed is one run, for ever.
 *
 * Oracles, checked in every run:
 * 1. every frame handed over equals what the plain retelling of the score says ({@link TallyOracle});
 * 2. a block is concealed only if no sane renderer had it ready, and every concealed frame is counted;
 * 3. a seal never changes once it is read;
 * 4. when the faults end, all roles are in lockstep again within a bounded time, with one and the same state.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { concealRampFrames, seatCount } from "../../engine/memory/constants.ts";
import { CommandLog, type LogEntry, Opcode } from "../../engine/log/command_log.ts";
import { completePosition, sealLost, SealTable } from "../../engine/log/seal_table.ts";
import { fixed, SeatCommand, SeatState, within } from "../../engine/memory/layout.ts";
import { deliveredIndex, slotIndex } from "../../engine/memory/places.ts";
import { blocksBetween, SharedMemory } from "../../engine/memory/shared_memory.ts";
import { flipBit } from "../../engine/renderer/fault_hooks.ts";
import type { Renderer, RendererOptions } from "../../engine/renderer/renderer.ts";
import { clearSeat, ordersIndex, reportIndex } from "../../engine/memory/seats.ts";
import { Exchanges } from "./exchanges.ts";
import { AfterStep, RendererLoop } from "../../engine/renderer/renderer_loop.ts";
import { Comparison } from "../../engine/supervisor/comparison.ts";
import { SnapshotSelector } from "../../engine/supervisor/snapshot_selector.ts";
import { type Action, Supervisor, supervisorDefaults } from "../../engine/supervisor/supervisor.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { TallyOracle } from "./tally_oracle.ts";

export interface SimulationParts {
  readonly native: NativeLibrary;
  readonly patch: CompiledPatch;
  readonly checksum: WebAssembly.Module;
  /** Makes a renderer; planted bugs replace it. */
  readonly makeRenderer: (options: RendererOptions) => Renderer;
}

/** What a run found; `violations` is empty when all oracles held. */
export interface SimulationResult {
  readonly violations: readonly string[];
  readonly blocks: number;
  readonly faults: number;
  readonly concealedBlocks: number;
  readonly rescuedBlocks: number;
}

const seed = 7;
const blockFrames = 16;
const channels = 2;
const sampleRateHz = 4_000; // a block lasts 4 ms of simulated time, as long as the supervisor's tick
const stepMs = 0.02;
const runBlocks = 70;
const faultsUntilBlock = 40;

type Illness = "none" | "hung" | "slow";

/** A simulated thread on a seat. */
interface Thread {
  readonly seat: number;
  readonly incarnation: number;
  readonly loop: RendererLoop;
  readonly renderer: Renderer;
  illness: Illness;
  corrupt: boolean;
  /** Sleeps, or is not scheduled, until then. */
  wakesMs: number;
  readyMs: number;
  ended: boolean;
  /** When the thread is really gone after it was ended: until then it goes on like a zombie. */
  goneMs: number;
  crashed: boolean;
}

export class Simulation {
  readonly #parts: SimulationParts;
  readonly #random: SeededRandom;
  readonly #memory: SharedMemory;
  readonly #log: CommandLog;
  readonly #seals: SealTable;
  readonly #comparison: Comparison;
  readonly #snapshots: SnapshotSelector;
  readonly #supervisor: Supervisor;
  readonly #oracle: TallyOracle;
  readonly #exchanges: Exchanges;
  readonly #threads: (Thread | undefined)[] = new Array(seatCount).fill(undefined);
  /** All threads that may still take a step, also those whose seat has been given to another. */
  #living: Thread[] = [];
  readonly #entries: LogEntry[] = [];
  readonly #seen = new Map<number, number>();
  readonly #violations: string[] = [];
  readonly #output: Float32Array<ArrayBuffer>;
  readonly #base: Deno.PointerValue;
  readonly #firstPosition: number;
  readonly #startBlock: number;
  #nowMs = 0;
  #nextCallMs = 1;
  #nextTickMs = 0;
  #position: number;
  #snapshotPosition: number;
  #oracleBlock: number;
  #expected: Float32Array<ArrayBuffer>[] = [];
  #faults = 0;
  #concealed = 0;
  #playing = false;
  #rampLeft = 0;
  #mayDiffer = false;

  constructor(runSeed: number, parts: SimulationParts) {
    this.#parts = parts;
    this.#random = new SeededRandom(runSeed);
    const nearWrap = this.#random.chance(0.3);
    this.#startBlock = nearWrap ? -this.#random.below(40) | 0 : this.#random.below(1_000);
    this.#firstPosition = nearWrap ? -this.#random.below(20) | 0 : this.#random.below(70_000);
    this.#memory = SharedMemory.create({
      sampleRateHz,
      blockFrames,
      channels,
      inputChannels: 0,
      lookaheadBlocks: 2 + this.#random.below(4),
      startBlock: this.#startBlock,
      startLogPosition: this.#firstPosition,
      stateCheckBlocks: 2,
      snapshotBlocks: 2 * (1 + this.#random.below(5)),
      arenaBytes: parts.patch.arena.bytes,
      captureFrames: 0,
      exchangeFadeSeconds: 40 / sampleRateHz,
    });
    this.#seals = new SealTable(this.#memory);
    this.#seals.reset(this.#startBlock);
    this.#log = new CommandLog(this.#memory);
    this.#comparison = new Comparison(this.#memory);
    this.#snapshots = new SnapshotSelector(this.#memory, this.#comparison);
    this.#supervisor = new Supervisor({ ...supervisorDefaults, seatCount }, () => {});
    this.#exchanges = new Exchanges(this.#memory, parts.patch, parts.checksum);
    const { exchangeFadeFrames } = this.#memory.geometry;
    this.#oracle = new TallyOracle(blockFrames, channels, seed, this.#startBlock, exchangeFadeFrames);
    this.#position = this.#snapshotPosition = this.#firstPosition;
    this.#oracleBlock = this.#startBlock;
    this.#output = new Float32Array(64 * channels);
    this.#base = Deno.UnsafePointer.of(this.#memory.bytes);
  }

  run(): SimulationResult {
    let recoveryMs = 0;
    for (let steps = 0; steps < 200_000 && this.#violations.length === 0; steps++) {
      this.#nowMs += stepMs;
      if (this.#nowMs >= this.#nextTickMs) this.#tick();
      if (this.#nowMs >= this.#nextCallMs) this.#call();
      this.#send();
      this.#breakSomething();
      this.#stepThreads();
      if (this.#played() < faultsUntilBlock) continue;
      recoveryMs += stepMs;
      if (this.#played() >= runBlocks && this.#supervisor.inLockstep === supervisorDefaults.following) break;
      if (recoveryMs > 3_000) this.#violation("not in lockstep 3 s after the last fault");
    }
    if (this.#violations.length === 0) this.#checkCounters();
    return {
      violations: this.#violations,
      blocks: this.#played(),
      faults: this.#faults,
      concealedBlocks: this.#concealed,
      rescuedBlocks: this.#memory.counter("rescuedBlocks"),
    };
  }

  #played(): number {
    return blocksBetween(this.#memory.consumed(), this.#startBlock);
  }

  #violation(text: string): void {
    this.#violations.push(`${text} (block ${this.#played()}, ${this.#nowMs.toFixed(2)} ms)`);
  }

  // The main isolate.

  #tick(): void {
    this.#nextTickMs = this.#nowMs + 4 +
      (this.#random.chance(0.05) ? this.#random.below(40) : this.#random.next());
    const running = this.#supervisor.roles.filter((seat) =>
      seat !== undefined && this.#supervisor.isRunning(seat)
    ) as number[];
    const { outvoted } = this.#comparison.poll(running);
    this.#snapshotPosition = this.#snapshots.poll(running) ?? this.#snapshotPosition;
    const actions = this.#supervisor.observe({
      nowMs: this.#nowMs,
      consumed: this.#memory.consumed(),
      seats: this.#threads.map((thread, seat) => thread && this.#view(thread, seat, outvoted.has(seat))),
      canJoin: this.#snapshots.canJoin(this.#memory.consumed()),
    });
    for (const action of actions) this.#carryOut(action);
    this.#snapshots.keepUsers((seat) => this.#supervisor.isJoining(seat));
    this.#log.release(this.#snapshotPosition);
    this.#append(this.#exchanges.look(this.#random, this.#log, this.#threads));
    if (!this.#playing && this.#supervisor.inLockstep >= 2) {
      this.#playing = true;
      this.#memory.words[fixed.control.play.index] = 1;
    }
    if (this.#playing && this.#random.chance(0.02)) {
      for (const action of this.#supervisor.failover() ?? []) this.#carryOut(action);
    }
  }

  #view(thread: Thread, seat: number, outvoted: boolean) {
    const report = reportIndex(this.#memory, seat);
    const word = (name: keyof typeof within.seatReport) =>
      this.#memory.words[report + within.seatReport[name].index];
    const gone = thread.ended && (this.#nowMs >= thread.goneMs);
    return {
      incarnation: thread.incarnation,
      state: word("state"),
      published: word("published"),
      heartbeat: word("heartbeat"),
      exited: thread.crashed,
      gone,
      outvoted,
    };
  }

  #carryOut(action: Action): void {
    const { words } = this.#memory;
    if (action.do === "spawn") {
      clearSeat(this.#memory, action.seat);
      words[ordersIndex(this.#memory, action.seat) + within.seatOrders.command.index] = SeatCommand.wait;
      this.#threads[action.seat] = this.#startThread(action.seat, action.incarnation);
    } else if (action.do === "join") {
      const snapshot = this.#snapshots.use(action.seat);
      const first = ordersIndex(this.#memory, action.seat);
      words[first + within.seatOrders.snapshot.index] = snapshot === undefined ? 0 : snapshot + 1;
      words[first + within.seatOrders.command.index] = SeatCommand.run;
    } else if (action.do === "end") {
      const thread = this.#threads[action.seat]!;
      thread.ended = true;
      thread.goneMs = thread.crashed ? this.#nowMs : this.#nowMs + this.#random.next() * 30;
    } else if (action.do === "roles") {
      action.seats.forEach((seat, role) =>
        words[fixed.control.roleRing.index + role] = seat === undefined ? 0 : seat + 1
      );
    }
  }

  #send(): void {
    if (!this.#random.chance(0.004)) return;
    const bundle: LogEntry[] = [];
    const consumed = this.#memory.consumed();
    const at = this.#random.chance(0.5)
      ? undefined
      : { block: (consumed - 2 + this.#random.below(20)) | 0, frame: this.#random.below(blockFrames) };
    for (let count = 1 + this.#random.below(4); count > 0; count--) {
      const opcode = this.#random.chance(0.1)
        ? Opcode.clear
        : this.#random.pick([Opcode.noteOn, Opcode.noteOff, Opcode.panic, Opcode.set]);
      bundle.push({
        opcode,
        target: opcode === Opcode.set ? 0 : this.#random.below(128), // there is one parameter
        value: this.#random.below(1_000),
        extra: this.#random.below(2),
        at,
      });
    }
    if (bundle.length <= this.#log.room) this.#append(bundle);
  }

  #append(entries: readonly LogEntry[]): void {
    this.#log.append(entries);
    this.#entries.push(...entries);
  }

  // The renderer threads.

  #startThread(seat: number, incarnation: number): Thread {
    const renderer = this.#parts.makeRenderer({
      memory: this.#memory,
      ring: seat,
      seed,
      patch: this.#exchanges.made(0),
    });
    this.#exchanges.prepare(renderer);
    const thread: Thread = {
      seat,
      incarnation,
      renderer,
      loop: new RendererLoop(this.#memory, seat, renderer),
      illness: "none",
      corrupt: false,
      wakesMs: 0,
      readyMs: this.#nowMs + this.#random.next() * 40,
      ended: false,
      goneMs: 0,
      crashed: false,
    };
    this.#living.push(thread);
    return thread;
  }

  /** Two cores: in each step of time, two threads chosen by chance may take a few steps. */
  #stepThreads(): void {
    this.#living = this.#living.filter((thread) => !this.#isGone(thread));
    for (let core = 0; core < 2; core++) {
      const thread = this.#living[this.#random.below(seatCount)];
      if (!thread || this.#nowMs < thread.wakesMs || this.#nowMs < thread.readyMs) continue;
      if (thread.illness === "hung" || (thread.illness === "slow" && !this.#random.chance(0.01))) continue;
      const state = reportIndex(this.#memory, thread.seat) + within.seatReport.state.index;
      if (this.#memory.words[state] === SeatState.empty) this.#memory.words[state] = SeatState.ready;
      for (let steps = 1 + this.#random.below(8); steps > 0; steps--) {
        if (!this.#stepThread(thread, state)) break;
      }
    }
  }

  /** Whether the thread can take no step any more. */
  #isGone(thread: Thread): boolean {
    return thread.crashed || (thread.ended && this.#nowMs >= thread.goneMs);
  }

  #stepThread(thread: Thread, state: number): boolean {
    try {
      const next = thread.loop.step();
      if (next === AfterStep.goOn) return true;
      if (next === AfterStep.preparePatch) {
        this.#exchanges.prepare(thread.renderer);
        return true;
      }
      if (next === AfterStep.waitForDevice) thread.wakesMs = this.#nowMs + 0.5 + this.#random.next();
      if (next === AfterStep.end) thread.crashed = true;
      return false;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#memory.words[state] = SeatState.failed;
      thread.crashed = true;
      return false;
    }
  }

  #breakSomething(): void {
    if (this.#played() >= faultsUntilBlock || !this.#random.chance(0.0008)) return;
    const target = this.#random.below(20);
    const seats = target === 0 ? this.#supervisor.roles : [this.#random.pick(this.#supervisor.roles)];
    for (const seat of seats) {
      const thread = seat === undefined ? undefined : this.#threads[seat];
      if (!thread || thread.ended || thread.crashed) continue;
      this.#faults++;
      const kind = this.#random.pick(["crash", "hung", "stall", "slow", "corrupt"] as const);
      if (kind === "crash") thread.crashed = true;
      else if (kind === "stall") thread.wakesMs = this.#nowMs + this.#random.next() * 30;
      else if (kind === "corrupt") {
        // Two that are wrong in the same way would be a majority: the engine promises to survive one at a time.
        if (this.#living.some((other) => other.corrupt && !this.#isGone(other))) continue;
        flipBit(thread.renderer.playing, 0, this.#random.below(32));
        thread.corrupt = true;
      } else thread.illness = kind;
    }
  }

  // The device.

  #call(): void {
    this.#nextCallMs = this.#nowMs + 4 * (0.8 + 0.4 * this.#random.next());
    if (!this.#playing) return;
    const before = this.#memory.consumed();
    const ready = this.#ready(before);
    this.#retell(before);
    this.#parts.native.symbols.us_callback(null, this.#output, BigInt(blockFrames), null, 0n, this.#base);
    if (blocksBetween(this.#memory.consumed(), before) !== 1) {
      this.#violation("a call of one block did not consume one block");
    }
    this.#compare(before, ready);
  }

  /** Renderers in roles that have the block ready, by whether their state is sound. */
  #ready(block: number): { sane: number; corrupt: number } {
    const result = { sane: 0, corrupt: 0 };
    for (const seat of this.#supervisor.roles) {
      const thread = seat === undefined ? undefined : this.#threads[seat];
      if (
        !thread ||
        this.#memory.words[fixed.control.roleRing.index + this.#supervisor.roles.indexOf(seat)] === 0
      ) continue;
      if (this.#tag(seat!, block) !== block) continue;
      if (thread.corrupt) result.corrupt++;
      else result.sane++;
    }
    return result;
  }

  #tag(seat: number, block: number): number {
    return this.#memory.words[slotIndex(this.#memory, seat, block) + within.slot.tag.index];
  }

  /** Tells the score up to and including this block, with the seal that the renderers found, if they did. */
  #retell(block: number): void {
    for (; blocksBetween(block, this.#oracleBlock) >= 0; this.#oracleBlock = (this.#oracleBlock + 1) | 0) {
      const seal = this.#seals.read(this.#oracleBlock);
      if (seal === sealLost) return;
      const known = this.#seen.get(this.#oracleBlock);
      if (known !== undefined && known !== seal) {
        this.#violation(`seal of block ${this.#oracleBlock} changed`);
      }
      this.#seen.set(this.#oracleBlock, seal);
      const position = completePosition(this.#position, seal);
      const from = blocksBetween(this.#position, this.#firstPosition);
      const to = blocksBetween(position, this.#firstPosition);
      this.#expected.push(this.#oracle.nextBlock(this.#entries.slice(from, to)));
      this.#position = position;
    }
  }

  #compare(block: number, ready: { sane: number; corrupt: number }): void {
    const { geometry, words } = this.#memory;
    const entry = deliveredIndex(this.#memory, block);
    const concealed = words[entry + within.delivered.ring.index] === 0;
    if (concealed) this.#concealed++;
    if (concealed && ready.sane > 0) this.#violation("concealed although a sane renderer had the block");
    if (concealed) this.#rampLeft = concealRampFrames;
    // One corrupt renderer against one sane, or alone, cannot be told apart in the callback.
    const knowable = ready.sane >= 2 || ready.corrupt === 0;
    if (!knowable) this.#mayDiffer = true;
    if (concealed) return;
    const expected = this.#expected[blocksBetween(block, this.#startBlock)];
    if (!expected) return this.#violation("handed over a block that nobody has sealed");
    for (let index = 0; index < expected.length; index++) {
      if (this.#rampLeft > 0 && index % channels === 0) this.#rampLeft--;
      const sample = Math.fround(expected[index] * (1 - this.#rampLeft / concealRampFrames));
      if (this.#output[index] === sample || !knowable) continue;
      return this.#violation(`sample ${index}: expected ${sample}, found ${this.#output[index]}`);
    }
  }

  #checkCounters(): void {
    const counted = this.#memory.counter("concealedBlocks");
    if (counted !== this.#concealed) {
      this.#violation(`${this.#concealed} blocks were concealed, ${counted} counted`);
    }
    const frames = this.#memory.counter("concealedFrames");
    if (frames !== this.#concealed * blockFrames) this.#violation(`${frames} concealed frames counted`);
    for (const [block, seal] of this.#seen) {
      const now = this.#seals.read(block);
      if (now !== sealLost && now !== seal) {
        this.#violation(`seal of block ${block} changed from ${seal} to ${now}`);
      }
    }
    if (!this.#mayDiffer && this.#memory.counter("undecidedBlocks") > 0) {
      this.#violation("undecided without reason");
    }
  }
}
