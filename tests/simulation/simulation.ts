/**
 * The simulator: the engine's own log, seals, rings, delivery log, supervision loop and native callback, with the threads
 * replaced by a seeded scheduler that may put any step of one between any two steps of another. Time is a number that
 * the scheduler advances. One seed is one run, for good.
 *
 * Oracles, checked in every run:
 * 1. every frame handed over equals what the plain retelling of the score says ({@link TallyOracle});
 * 2. a block is concealed only if no sane renderer had it ready, and every concealed frame is counted;
 * 3. a seal never changes once it is read;
 * 4. when the faults end, all roles are in lockstep again within a bounded time, with one and the same state;
 * 5. a renderer that was only starved is never ended, nor is the last one in lockstep for being late; the sound is back
 *    within a bounded time after the last fault, starvation or poison;
 * 6. a poison command takes the sound once at most after two renderers have broken on it: only blocks that hold one are quarantined, nothing that was heard is,
 *    and no renderer breaks on it afterwards;
 * 7. the recording holds every block that the device took and every command that it heard; the log overwrites nothing
 *    before ({@link ScrambledLog} overwrites what is released at once);
 * 8. files that play are silent in the blocks for which that was sealed, in no others, and so they are recorded.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { Lookahead } from "../../engine/device/lookahead.ts";
import { DeliveryLog } from "../../engine/delivery/delivery_log.ts";
import { type LogEntry, Opcode } from "../../engine/log/command_log.ts";
import { completePosition, sealLost, SealTable } from "../../engine/log/seal_table.ts";
import { StreamSeals } from "../../engine/log/stream_seals.ts";
import { maxInputMagnitude } from "../../engine/memory/constants.ts";
import { fixed, within } from "../../engine/memory/layout.ts";
import { deliveredIndex, slotIndex } from "../../engine/memory/places.ts";
import { blocksBetween, SharedMemory } from "../../engine/memory/shared_memory.ts";
import type { Renderer, RendererOptions } from "../../engine/renderer/renderer.ts";
import {
  type RendererPort,
  type Supervised,
  Supervision,
  type SupervisionEvent,
} from "../../engine/supervisor/supervision.ts";
import { supervisorDefaults, type SupervisorEvent } from "../../engine/supervisor/supervisor.ts";
import { createLog } from "../../foundation/logging.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { fuseNumber, hangNumber, poisonNumber } from "../../testing/patch/tally_patch.ts";
import { ConcealmentOracle } from "./concealment_oracle.ts";
import { Exchanges } from "./exchanges.ts";
import type { Pool } from "./pool.ts";
import { poisonNumbers, PoisonOracle } from "./poison_oracle.ts";
import { RecordingOracle } from "./recording_oracle.ts";
import { ScrambledLog } from "./scrambled_log.ts";
import { type DeviceCall, SimulatedDevice } from "./simulated_device.ts";
import { SimulatedStreams, streamPageCounts } from "./simulated_streams.ts";
import { SimulatedRenderers } from "./simulated_renderers.ts";
import { TallyOracle } from "./tally_oracle.ts";

export interface SimulationParts {
  readonly native: NativeLibrary;
  /** Memory for patches without input, and for those with one channel. */
  readonly pools: readonly [Pool, Pool];
  /** Makes a renderer; planted bugs replace it. */
  readonly makeRenderer: (options: RendererOptions) => Renderer;
  /** Makes the command log; planted bugs replace it. */
  readonly makeLog?: (memory: SharedMemory) => ScrambledLog;
  /** What the supervision loop sees of the renderers; planted bugs change it. */
  readonly seenAs?: (renderers: RendererPort, memory: SharedMemory) => RendererPort;
}

/** What is drawn otherwise. */
export interface SimulationSettings {
  /** Rate for which the tables are laid out; a block lasts 4 ms all the same. */
  readonly sampleRateHz?: number;
  readonly startBlock?: number;
  /** In the midst of the run no renderer gets a processor until the tables have gone once around. */
  readonly outage?: boolean;
}

/** What a run found; `violations` is empty when all oracles held. */
export interface SimulationResult {
  readonly violations: readonly string[];
  readonly blocks: number;
  readonly faults: number;
  /** Times that processors were withheld from some renderers, or all. */
  readonly starvations: number;
  /** Times that the device went away or came back, or changed its period. */
  readonly deviceChanges: number;
  readonly concealedBlocks: number;
  readonly rescuedBlocks: number;
  /** Poison commands that were sent, and times that one was quarantined. */
  readonly poison: number;
  readonly quarantines: number;
  /** Quarantines by search, and new beginnings. */
  readonly searches: number;
  readonly anchors: number;
  /** Renderers that came too late for what they needed. */
  readonly stale: number;
  /** Blocks in which a player of a stream was late. */
  readonly lateBlocks: number;
}

const seed = 7;
const blockFrames = 16;
const channels = 2;
const blockMs = 4; // of simulated time, as long as the supervisor's tick
/** A panic fades streams out within 16 frames at it: a power of two, so that each gain is exact. */
const usualRateHz = 3_200;
const panicFrames = 16;
const stepMs = 0.02;
const runBlocks = 70;
/** Frames after which a command that was poison all along shows it: some blocks, and so some snapshots. */
const maxFuseFrames = 8 * blockFrames;
/** The value that the only parameter has after an anchor. */
const lastValue: LogEntry = { opcode: Opcode.set, target: 0, value: 5, extra: 0 };
const faultsUntilBlock = 40;
/** Faults end here when nothing plays yet: hangs take long to be found then, and a command may be one. */
const startFaultsMs = 300;
const maxSteps = 500_000;
const starvationUntilBlock = 50;
/**
 * The sound is back within this after the last fault, or after the last renderer has a processor again; and where the seats
 * give no account of their threads, so that joiners which hang have the longest patience of all.
 */
const soundBackMs = 900;
const soundBackBlindMs = 1_500;
const outageFromBlock = 30;
/** An outage ends that near to a lap of the tables: some renderers find a seal overwritten then, and some only their input. */
const outageSpreadBlocks = 12;

/** A block that the callback has begun to hand over, perhaps in pieces. */
interface Begun {
  readonly block: number;
  /** Renderers in roles that had it ready, by whether their state was sound. */
  readonly ready: { readonly sane: number; readonly corrupt: number };
  /** What the score says of it; undefined where its seal is not known. */
  readonly told: Float32Array<ArrayBuffer> | undefined;
  readonly isTrial: boolean;
  /** What the device must get, as soon as it is known whether the block is concealed. */
  expected?: Float32Array<ArrayBuffer>;
  readonly samples: Float32Array<ArrayBuffer>;
  filled: number;
}

export class Simulation {
  readonly #pool: Pool;
  readonly #random: SeededRandom;
  readonly #memory: SharedMemory;
  readonly #log: ScrambledLog;
  readonly #seals: SealTable;
  readonly #streamSeals: StreamSeals;
  readonly #streams: SimulatedStreams | undefined;
  /** Late players by block, once that is sealed; and blocks that were told before. */
  readonly #late = new Map<number, number>();
  readonly #unsealed = new Set<number>();
  readonly #recording: RecordingOracle;
  readonly #renderers: SimulatedRenderers;
  readonly #delivery: DeliveryLog;
  readonly #supervision: Supervision;
  readonly #poison: PoisonOracle;
  #oracle: TallyOracle;
  readonly #exchanges: Exchanges;
  readonly #entries: LogEntry[] = [];
  readonly #seen = new Map<number, number>();
  readonly #violations: string[] = [];
  readonly #device: SimulatedDevice;
  readonly #lookahead: Lookahead;
  /** The block of which the device has got a part. */
  #begun: Begun | undefined;
  /** Captured samples by block; undefined: the patch hears no input. */
  readonly #captured: Map<number, number[]> | undefined;
  #deviceChanges = 0;
  /** Blocks that an outage lasts, and how many of them the device has taken; 0: there is none. */
  readonly #outageBlocks: number;
  readonly #firstPosition: number;
  readonly #startBlock: number;
  #nowMs = 0;
  #nextTickMs = 0;
  /** Log position that each block told so far ends at. */
  #positions: number[] = [];
  #expected: Float32Array<ArrayBuffer>[] = [];
  /** The blocks that were heard, not concealed. */
  readonly #heard = new Set<number>();
  /** The last fault, loss of all, or end of a starvation. */
  #troubleMs = 0;
  /** Threads are starved in this run, and seats give a true account of their threads. */
  readonly #starves: boolean;
  readonly #hasEvidence: boolean;
  #starvations = 0;
  /** Blocks from the start that stay as they were told, because commands that were found later had been heard in them. */
  #told = 0;
  /** Blocks before both are not recorded, after an outage, and nobody will render them. */
  #recordedFrom: number | undefined;
  #anchoredAt: number | undefined;
  #searches = 0;
  #anchors = 0;
  #stale = 0;
  #faults = 0;
  #concealed = 0;
  #playing = false;
  readonly #concealment = new ConcealmentOracle(channels);
  #mayDiffer = false;
  /** The last renderer in lockstep was a corrupt one: its state is what the others go on with, and no vote can tell. */
  #isTruthLost = false;

  constructor(runSeed: number, parts: SimulationParts, settings: SimulationSettings = {}) {
    this.#random = new SeededRandom(runSeed);
    const nearWrap = this.#random.chance(0.3);
    this.#hasEvidence = this.#random.chance(0.9);
    this.#starves = this.#random.chance(0.5);
    const startBlock = nearWrap ? -this.#random.below(40) | 0 : this.#random.below(1_000);
    this.#startBlock = settings.startBlock ?? startBlock;
    this.#firstPosition = nearWrap ? -this.#random.below(20) | 0 : this.#random.below(70_000);
    const inputChannels = this.#random.below(2);
    this.#captured = inputChannels > 0 ? new Map() : undefined;
    this.#pool = parts.pools[inputChannels];
    const sampleRateHz = settings.sampleRateHz ?? usualRateHz;
    // at other rates gains are not exact; after an outage the seals are gone
    const isStreaming = this.#random.chance(0.5) && sampleRateHz === usualRateHz && !settings.outage;
    const dimensions = {
      ...(isStreaming && { pageCount: this.#random.pick(streamPageCounts) }),
      sampleRateHz,
      blockFrames,
      channels,
      inputChannels,
      lookaheadBlocks: 2 + this.#random.below(4),
      startBlock: this.#startBlock,
      startLogPosition: this.#firstPosition,
      stateCheckBlocks: 2,
      snapshotBlocks: 2 * (1 + this.#random.below(5)),
      arenaBytes: this.#pool.arenaBytes,
      captureFrames: 0,
      ceiling: 0,
      exchangeFadeSeconds: 40 / sampleRateHz,
      // every other run has a large arena: checked in regions, copied in pieces by a renderer that steps out for it; by chance,
      // because a share of the seeds has only even ones, or odd ones
      ...(this.#random.chance(0.5) ? { checkRegionBytes: 16_384, snapshotPieceBytes: 65_536 } : {}),
    };
    this.#memory = SharedMemory.create(dimensions, (bytes) => this.#pool.buffer(bytes));
    const { sealCount } = this.#memory.geometry;
    this.#outageBlocks = settings.outage
      ? sealCount - outageSpreadBlocks + this.#random.below(2 * outageSpreadBlocks)
      : 0;
    this.#seals = new SealTable(this.#memory);
    this.#seals.reset(this.#startBlock);
    this.#streamSeals = new StreamSeals(this.#memory);
    this.#streamSeals.reset(this.#startBlock);
    this.#streams = isStreaming ? new SimulatedStreams(this.#memory, this.#random) : undefined;
    this.#log = (parts.makeLog ?? ((memory) => new ScrambledLog(memory)))(this.#memory);
    this.#exchanges = new Exchanges(this.#memory, this.#pool);
    this.#poison = new PoisonOracle((text) => this.#violation(text));
    this.#renderers = new SimulatedRenderers({
      memory: this.#memory,
      random: this.#random,
      nowMs: () => this.#nowMs,
      stepMs: this.#hasEvidence ? stepMs : undefined,
      makeRenderer: (seat) =>
        parts.makeRenderer({ memory: this.#memory, ring: seat, seed, patch: this.#exchanges.made(0) }),
      preparePatches: (renderer) => this.#exchanges.prepare(renderer),
      // one on trial may break: it is heard up to the block of the poison, where the sound was gone already
      onTrap: (block) => this.#poison.trapped(block, this.#supervision.inLockstep > 0 && !this.#log.isTrying),
    });
    this.#delivery = new DeliveryLog({
      memory: this.#memory,
      seals: this.#seals,
      log: this.#log,
      onGap: (block, blocks) => {
        this.#recordedFrom = (block + blocks) | 0;
        if (this.#outageBlocks === 0) {
          this.#violation(`the delivery log missed ${blocks} blocks from ${block} on`);
        }
      },
    });
    this.#recording = new RecordingOracle({
      startBlock: this.#startBlock,
      startPosition: this.#firstPosition,
      entryAt: (position) => this.#entryAt(position),
      inputOf: this.#captured && ((block) => this.#inputOf(block)),
      onViolation: (text) => this.#violation(text),
    });
    this.#delivery.recordTo(this.#recording);
    this.#supervision = new Supervision({
      memory: this.#memory,
      seals: this.#seals,
      log: this.#log,
      renderers: parts.seenAs?.(this.#renderers, this.#memory) ?? this.#renderers,
      delivery: this.#delivery,
      nowMs: () => this.#nowMs,
      orphansOf: (blamed) => this.#exchanges.quarantined(blamed, this.#log.head),
      lastValues: () => ({ patch: this.#exchanges.current, entries: [lastValue] }),
    });
    this.#oracle = this.#newOracle();
    const { native } = parts;
    this.#device = new SimulatedDevice({ native, memory: this.#memory, random: this.#random, blockMs });
    this.#lookahead = new Lookahead({
      memory: this.#memory,
      log: createLog({ level: "error", format: "pretty", colour: false }),
      append: (target) => this.#appendLookahead(target),
    });
  }

  run(): SimulationResult {
    let recoveryMs = 0;
    for (let steps = 0; steps < maxSteps && this.#violations.length === 0; steps++) {
      this.#nowMs += this.#stepMs();
      if (this.#nowMs >= this.#nextTickMs) this.#tick();
      if (this.#nowMs >= this.#device.nextCallMs) this.#call();
      this.#send();
      this.#breakSomething();
      if (this.#starves) this.#starveSomething();
      this.#streams?.step();
      this.#renderers.step();
      if (this.#toldBlocks() < faultsUntilBlock) continue;
      recoveryMs += stepMs;
      if (this.#toldBlocks() >= runBlocks && this.#supervision.inLockstep === supervisorDefaults.following) {
        break;
      }
      if (recoveryMs > 3_000) this.#violation("not in lockstep 3 s after the last fault");
    }
    if (this.#toldBlocks() < runBlocks) this.#violation("the run did not come to its end");
    if (this.#violations.length === 0) this.#checkCounters();
    this.#device.close();
    this.#pool.recycle();
    return {
      violations: this.#violations,
      blocks: this.#played(),
      faults: this.#faults,
      starvations: this.#starvations,
      deviceChanges: this.#deviceChanges,
      concealedBlocks: this.#concealed,
      rescuedBlocks: this.#memory.counter("rescuedBlocks"),
      poison: this.#poison.sent,
      quarantines: this.#poison.quarantines,
      searches: this.#searches,
      anchors: this.#anchors,
      stale: this.#stale,
      lateBlocks: [...this.#late.values()].filter((late) => late !== 0).length,
    };
  }

  #played(): number {
    return blocksBetween(this.#memory.consumed(), this.#startBlock);
  }

  /** Blocks that the device has taken, without those of an outage. */
  #toldBlocks(): number {
    const played = this.#played();
    return played < outageFromBlock ? played : Math.max(outageFromBlock, played - this.#outageBlocks);
  }

  /** Time to the next step: while no renderer gets a processor, nothing happens between two blocks. */
  #stepMs(): number {
    const played = this.#played();
    const isOut = played >= outageFromBlock && played < outageFromBlock + this.#outageBlocks;
    this.#renderers.isFrozen = isOut;
    if (!isOut) return stepMs;
    this.#troubleMs = Math.max(this.#troubleMs, this.#nowMs + blockMs);
    return blockMs / 2;
  }

  #violation(text: string): void {
    this.#violations.push(`${text} (block ${this.#played()}, ${this.#nowMs.toFixed(2)} ms)`);
  }

  // The main isolate.

  #tick(): void {
    this.#nextTickMs = this.#nowMs + 4 +
      (this.#random.chance(0.05) ? this.#random.below(40) : this.#random.next());
    if (this.#random.chance(0.02)) this.#log.isTight = !this.#log.isTight;
    const supervised = this.#supervision.turn(true);
    if (Deno.env.has("TRACE")) this.#trace(supervised);
    this.#note(supervised);
    const [last, ...others] = this.#supervision.running;
    if (last !== undefined && others.length === 0) this.#isTruthLost ||= this.#renderers.on(last)!.corrupt;
    const { playedPosition } = this.#supervision;
    this.#append(this.#exchanges.turn(this.#random, this.#log, this.#renderers.living, playedPosition));
    if (!this.#playing && this.#supervision.inLockstep >= 2) {
      this.#playing = true;
      this.#troubleMs = this.#nowMs;
      this.#memory.words[fixed.control.play.index] = 1;
    }
    if (this.#playing && this.#random.chance(0.02)) this.#supervision.failover();
    this.#lookahead.follow(this.#device.periodFrames);
    if (this.#random.chance(0.03)) this.#lookahead.request(this.#lookahead.minBlocks + this.#random.below(6));
  }

  /** The device takes more at once, or somebody asks for less. */
  #appendLookahead(target: number): boolean {
    if (this.#log.room < 1) return false;
    this.#append([{ opcode: Opcode.lookahead, target, value: 0, extra: 0 }]);
    return true;
  }

  /** Prints what the supervision loop did, for the replay of a seed. */
  #trace({ events, actions }: Supervised): void {
    const at = `block ${this.#played()}, ${this.#nowMs.toFixed(2)} ms:`;
    for (const item of [...events, ...actions]) console.log(at, JSON.stringify(item));
  }

  /** Follows what the supervision loop reports. */
  #note({ events }: Supervised): void {
    for (const event of events) {
      if (event.event === "fault") this.#judgeFault(event);
      if (event.event === "wrong" && !this.#mayDiffer) {
        this.#violation(`block ${event.block} is said to have been heard otherwise`);
      }
      if (event.event === "alone") {
        this.#poison.alone();
        this.#troubleMs = Math.max(this.#troubleMs, this.#nowMs);
      }
      if (event.event === "lockstep") this.#poison.recovered();
      if (event.event === "quarantine") this.#quarantined(event);
      if (event.event === "anchor") this.#anchored(event);
    }
  }

  /** A renderer that was only starved is kept, and so is the last one, however late. */
  #judgeFault({ cause, seat, joining }: Extract<SupervisorEvent, { event: "fault" }>): void {
    if (cause === "stale") this.#stale++;
    // one that has thousands of blocks to catch up is late when others have done it
    const byTime = cause === "hang" || (cause === "late" && this.#outageBlocks === 0);
    if (byTime && this.#hasEvidence && this.#renderers.isHealthy(seat)) {
      this.#violation(`a healthy renderer was ended: ${cause}${joining ? ", joining" : ""}`);
    }
    if (cause === "late" && !joining && this.#supervision.inLockstep === 0) {
      this.#violation("the last renderer in lockstep was ended for being late");
    }
  }

  /** Renderers begin again: the entries for it stand in the log. */
  #anchored({ block, position, entries }: Extract<SupervisionEvent, { event: "anchor" }>): void {
    this.#anchors++;
    this.#anchoredAt = block;
    this.#troubleMs = Math.max(this.#troubleMs, this.#nowMs);
    if (blocksBetween(position, this.#firstPosition) !== this.#entries.length) {
      this.#violation("the anchor is not where the log ends");
    }
    this.#entries.push(...entries);
  }

  /** The score is another from now on, but not where it was heard before: up to the block of a search that found it later. */
  #quarantined({ positions, found }: Extract<SupervisionEvent, { event: "quarantine" }>): void {
    if (found) this.#searches++;
    this.#troubleMs = Math.max(this.#troubleMs, this.#nowMs);
    if (found) this.#told = Math.max(this.#told, blocksBetween(found.block, this.#startBlock));
    this.#poison.quarantined(positions.flatMap((position) => this.#entryAt(position) ?? []));
    for (const position of positions) {
      const index = blocksBetween(position, this.#firstPosition);
      this.#entries[index] = { ...this.#entries[index], opcode: Opcode.none };
    }
    this.#tellAgain("a command was quarantined that was heard in block");
  }

  /** The score is another, but not where it was heard. */
  #tellAgain(problem: string): void {
    const before = this.#expected;
    const ends = this.#positions;
    this.#oracle = this.#newOracle();
    this.#expected = [];
    this.#positions = [];
    ends.forEach((position) => this.#tellBlock(position));
    for (let told = 0; told < Math.min(this.#told, before.length); told++) {
      this.#expected[told] = before[told];
    }
    for (const told of this.#heard) {
      if (before[told].some((sample, index) => sample !== this.#expected[told][index])) {
        return this.#violation(`${problem} ${told}`);
      }
    }
  }

  #entryAt(position: number): LogEntry | undefined {
    return this.#entries[blocksBetween(position, this.#firstPosition)];
  }

  #newOracle(): TallyOracle {
    const { exchangeFadeFrames, lookaheadBlocks } = this.#memory.geometry;
    return new TallyOracle({
      blockFrames,
      channels,
      seed,
      startBlock: this.#startBlock,
      fadeFrames: exchangeFadeFrames,
      lookaheadBlocks,
      inputOf: this.#captured && ((block) => this.#inputOf(block)),
      streams: { lateIn: (block) => this.#lateIn(block), panicFrames },
    });
  }

  /** Players that are late in a block; none as long as that is not sealed. */
  #lateIn(block: number): number {
    const known = this.#late.get(block);
    if (known !== undefined || this.#streams === undefined) return known ?? 0;
    if (!this.#streamSeals.isSealed(block)) {
      this.#unsealed.add(block);
      return 0;
    }
    this.#unsealed.delete(block);
    const late = this.#streamSeals.read(block);
    this.#late.set(block, late);
    return late;
  }

  /** Streams of blocks that were told are sealed only now: those blocks were not heard. */
  #followLate(): void {
    let isOther = false;
    for (const block of this.#unsealed) isOther = this.#lateIn(block) !== 0 || isOther;
    if (isOther) this.#tellAgain("streams were sealed only when they had been heard, in block");
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
      if (opcode === Opcode.clear && at !== undefined && at.frame % 2 === 1) {
        bundle.push({ opcode: Opcode.retract, target: at.block, value: 0, extra: 0 });
        continue;
      }
      bundle.push({
        ...(at !== undefined && at.frame % 3 > 0 && { isOfShow: true }),
        opcode,
        target: opcode === Opcode.set ? 0 : this.#random.below(128), // there is one parameter
        value: this.#random.below(1_000),
        extra: this.#random.below(2),
        at,
      });
    }
    if (this.#toldBlocks() < faultsUntilBlock && this.#random.chance(0.02)) {
      bundle.push(this.#poisonCommand(at));
    }
    if (this.#streams && this.#random.chance(0.4)) bundle.push(...this.#streams.entries(at));
    if (bundle.length <= this.#log.room) this.#append(bundle);
  }

  /** A command on which every renderer traps, or hangs, or traps some blocks later. */
  #poisonCommand(at: LogEntry["at"]): LogEntry {
    const value = this.#random.pick([poisonNumber, poisonNumber, hangNumber, fuseNumber]);
    return { opcode: Opcode.noteOn, target: 1, value, extra: 1 + this.#random.below(maxFuseFrames), at };
  }

  #append(entries: readonly LogEntry[]): void {
    this.#log.append(entries);
    this.#entries.push(...entries);
    this.#poison.sent += entries.filter(isPoison).length;
    this.#poison.fuseIsLit ||= entries.some(({ value }) => value === fuseNumber);
  }

  #breakSomething(): void {
    if (this.#toldBlocks() >= faultsUntilBlock || !this.#random.chance(0.0008)) return;
    if (!this.#playing && this.#nowMs > startFaultsMs) return;
    this.#faults += this.#renderers.breakSomething(this.#supervision.roles);
    this.#troubleMs = Math.max(this.#troubleMs, this.#nowMs);
  }

  #starveSomething(): void {
    if (!this.#playing || this.#toldBlocks() >= starvationUntilBlock || !this.#random.chance(0.0004)) return;
    this.#starvations++;
    this.#troubleMs = Math.max(this.#troubleMs, this.#renderers.starve());
  }

  // The device.

  #call(): void {
    if (this.#playing && this.#device.change(this.#nowMs)) {
      this.#deviceChanges++;
      this.#troubleMs = Math.max(this.#troubleMs, this.#nowMs);
    }
    const call = this.#device.next(this.#nowMs);
    const before = this.#memory.consumed();
    const plays = this.#playing && call.isLetIn;
    // first: a block that no renderer can have yet may hear what is captured in this very call
    if (plays && this.#captured) this.#capture(this.#captured, before, call);
    const begun = plays ? this.#begin(before, call.frames) : [];
    const output = this.#device.call(call);
    if (!plays) {
      if (this.#memory.consumed() !== before) this.#violation("a call that was kept out took a block");
      if (output.some((sample) => sample !== 0)) this.#violation("a call that was kept out got no silence");
      return;
    }
    this.#deliver(begun, output);
    const taken = blocksBetween(this.#memory.consumed(), before);
    const complete = begun.length - (this.#begun === undefined ? 0 : 1);
    if (taken !== complete) this.#violation(`a call took ${taken} blocks, expected ${complete}`);
  }

  /** The blocks that a call of this length hands over, each with what is known of it when it begins; the last may stay incomplete. */
  #begin(next: number, frames: number): Begun[] {
    const begun = this.#begun === undefined ? [] : [this.#begun];
    const inPiece = this.#begun === undefined ? 0 : this.#begun.filled / channels;
    for (let at = begun.length; at * blockFrames < inPiece + frames; at++) {
      const block = (next + at) | 0;
      this.#retell(block);
      const number = blocksBetween(block, this.#startBlock);
      const isTrial = this.#log.isTrying;
      begun.push({
        block,
        ready: this.#ready(block),
        told: isTrial ? this.#tellOnTrial(number) : this.#expected[number],
        isTrial,
        samples: new Float32Array(blockFrames * channels),
        filled: 0,
      });
    }
    return begun;
  }

  /** Shares the output of a call out to the blocks of which it is, and judges them. */
  #deliver(begun: readonly Begun[], output: Float32Array<ArrayBuffer>): void {
    let at = 0;
    this.#begun = undefined;
    for (const block of begun) {
      block.expected ??= this.#judge(block);
      const piece = output.subarray(at, at + block.samples.length - block.filled);
      block.samples.set(piece, block.filled);
      block.filled += piece.length;
      at += piece.length;
      if (block.filled < block.samples.length) this.#begun = block;
      else this.#compare(block);
    }
  }

  /** Keeps what was captured, as the engine is to let it in. */
  #capture(captured: Map<number, number[]>, next: number, { frames, input }: DeviceCall): void {
    let block = next;
    for (let frame = 0; frame < frames; frame++) {
      const samples = captured.get(block) ?? [];
      captured.set(block, samples);
      const sample = input?.[frame] ?? 0;
      samples.push(Math.abs(sample) <= maxInputMagnitude ? sample : 0);
      if (samples.length === blockFrames) block = (block + 1) | 0;
    }
  }

  /** What was captured of a block; of those before the first, silence. */
  #inputOf(block: number): readonly number[] {
    const captured = this.#captured?.get(block) ?? [];
    return captured.length === blockFrames ? captured : new Array(blockFrames).fill(0);
  }

  /** Renderers in roles that have the block ready, by whether their state is sound. */
  #ready(block: number): { sane: number; corrupt: number } {
    const result = { sane: 0, corrupt: 0 };
    for (const seat of this.#supervision.roles) {
      const thread = seat === undefined ? undefined : this.#renderers.on(seat);
      if (
        !thread ||
        this.#memory.words[fixed.control.roleRing.index + this.#supervision.roles.indexOf(seat)] === 0
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
    this.#followLate();
    for (;;) {
      const next = (this.#startBlock + this.#positions.length) | 0;
      if (blocksBetween(block, next) < 0) return;
      const isGone = [this.#recordedFrom, this.#anchoredAt].every((from) =>
        from !== undefined && blocksBetween(from, next) > 0
      );
      if (isGone) { // threads on their way out may still seal it, later than the blocks after it
        this.#tellBlock(this.#position);
        continue;
      }
      const seal = this.#seals.read(next);
      if (seal === sealLost) return;
      const known = this.#seen.get(next);
      if (known !== undefined && known !== seal) this.#violation(`seal of block ${next} changed`);
      this.#seen.set(next, seal);
      this.#tellBlock(completePosition(this.#position, seal));
    }
  }

  /** Log position up to which the score is told. */
  get #position(): number {
    return this.#positions.at(-1) ?? this.#firstPosition;
  }

  /** Tells the next block, which hears the log up to `position`. */
  #tellBlock(position: number): void {
    const from = blocksBetween(this.#position, this.#firstPosition);
    const to = blocksBetween(position, this.#firstPosition);
    this.#expected.push(this.#oracle.nextBlock(this.#entries.slice(from, to)));
    this.#positions.push(position);
  }

  /** A block as a renderer plays it that replays the log without the commands of a trial. */
  #tellOnTrial(number: number): Float32Array<ArrayBuffer> {
    const oracle = this.#newOracle();
    let samples = this.#expected[number];
    let from = 0;
    for (let block = 0; block <= number && block < this.#positions.length; block++) {
      const to = blocksBetween(this.#positions[block], this.#firstPosition);
      samples = oracle.nextBlock(
        this.#entries.slice(from, to).map((entry, index) =>
          this.#log.isSuspended((this.#firstPosition + from + index) | 0)
            ? { ...entry, opcode: Opcode.none }
            : entry
        ),
      );
      from = to;
    }
    return samples;
  }

  /** Judges whether a block that begins may be concealed. Returns what the device must get of it. */
  #judge({ block, ready, told, isTrial }: Begun): Float32Array<ArrayBuffer> {
    const { words } = this.#memory;
    const isWhole = blocksBetween(this.#memory.consumed(), block) > 0;
    const ring = isWhole
      ? deliveredIndex(this.#memory, block) + within.delivered.ring.index
      : fixed.callbackState.ring.index;
    const concealed = words[ring] === 0;
    if (concealed) this.#concealed++;
    if (concealed && ready.sane > 0) this.#violation("concealed although a sane renderer had the block");
    const backMs = this.#hasEvidence ? soundBackMs : soundBackBlindMs;
    if (concealed && this.#nowMs > this.#troubleMs + backMs) {
      this.#violation(`silence ${backMs} ms after the last fault or starvation`);
    }
    const knowable = isKnowable(ready) && !this.#isTruthLost;
    if (!knowable) this.#mayDiffer = true;
    if (knowable && !concealed && !isTrial) this.#heard.add(blocksBetween(block, this.#startBlock));
    if (!concealed && !told) this.#violation("handed over a block that is not sealed");
    return this.#concealment.nextBlock(concealed || !told ? blockFrames * channels : told);
  }

  #compare({ ready, samples, expected = samples }: Begun): void {
    this.#concealment.delivered(samples);
    const wrong = expected.findIndex((sample, index) => samples[index] !== sample);
    if (wrong < 0 || !isKnowable(ready) || this.#isTruthLost) return;
    this.#violation(`sample ${wrong}: expected ${expected[wrong]}, found ${samples[wrong]}`);
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
    for (const [block, late] of this.#late) {
      if (this.#streamSeals.isSealed(block) && this.#streamSeals.read(block) !== late) {
        this.#violation(`the seal of the streams of block ${block} changed`);
      }
    }
    this.#recording.checkLate(this.#late);
    if (!this.#mayDiffer && this.#memory.counter("undecidedBlocks") > 0) {
      this.#violation("undecided without reason");
    }
  }
}

function isPoison({ opcode, value }: LogEntry): boolean {
  return opcode === Opcode.noteOn && poisonNumbers.includes(value);
}

/** One corrupt renderer against one sane, or alone, cannot be told apart in the callback. */
function isKnowable({ sane, corrupt }: Begun["ready"]): boolean {
  return sane >= 2 || corrupt === 0;
}
