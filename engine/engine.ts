/**
 * The engine: builds the shared memory, starts renderers and driver, and ties the parts of the main isolate together in
 * one tick of a few milliseconds: look at the renderers, let the supervisor decide, carry it out, walk the history.
 * Nothing of this is needed for the next block to sound.
 */
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import type { CompiledPatch, ParameterDeclaration } from "../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../compiler/graph/sample_bank.ts";
import type { PatchGraph } from "../compiler/graph/graph.ts";
import { compileChecksum } from "./memory/checksum.ts";
import type { Config } from "../config/settings.ts";
import * as control from "./control/control.ts";
import { DriverError } from "./device/driver_error.ts";
import { DeviceWatch } from "./device/device_watch.ts";
import { ExitGuard } from "./device/exit_guard.ts";
import type { OpenDriver } from "./device/open_driver.ts";
import { fadeOut } from "./device/fade_out.ts";
import { encodeCommand } from "./log/command_encoding.ts";
import { CommandLog, Opcode } from "./log/command_log.ts";
import { PendingLimit } from "./log/pending_limit.ts";
import { SealTable } from "./log/seal_table.ts";
import type { Log } from "../foundation/logging.ts";
import { until } from "../foundation/until.ts";
import { raiseLookahead } from "./device/lookahead.ts";
import { dimensionsOf } from "./memory/dimensions.ts";
import { fixed } from "./memory/layout.ts";
import { blocksBetween, SharedMemory } from "./memory/shared_memory.ts";
import { ParameterValues } from "./log/parameter_values.ts";
import { realTimeRemedy } from "./scheduling/real_time_rights.ts";
import { RealTime } from "./scheduling/real_time.ts";
import { PatchSwap } from "./patch_swap/patch_swap.ts";
import { EndedNotes } from "./supervisor/ended_notes.ts";
import { RendererPool } from "./supervisor/renderer_pool.ts";
import { LevelReport } from "./report/level_report.ts";
import { LoadShedding, type ShedDecision } from "./supervisor/load_shedding.ts";
import { Reporter } from "./report/reporter.ts";
import { DeliveryLog } from "./delivery/delivery_log.ts";
import { recordSession } from "./session/record_session.ts";
import type { SessionWriter } from "./session/session_writer.ts";
import { engineStatus } from "./report/status.ts";
import { type Supervised, Supervision, type SupervisionEvent } from "./supervisor/supervision.ts";
import { Timeline, type TimelineClocks } from "./time/timeline.ts";

export interface EngineOptions {
  readonly config: Config;
  readonly patch: CompiledPatch;
  readonly native: NativeLibrary;
  /** Path of the shared object, for the renderers to open. */
  readonly nativeLibrary: string;
  readonly log: Log;
  readonly version: string;
  /** Voices of the patch that may sound on this machine, by its rehearsal; 0 by default: all. */
  readonly maxVoices?: number;
  /** First block and log position, 0 by default; tests start near the wrap. */
  readonly startBlock?: number;
  readonly startLogPosition?: number;
  /** Frames of output that the clock driver keeps for `OutputCapture`. */
  readonly captureFrames?: number;
  /** Opens the driver; by default the one that the configuration asks for. Tests step a driver of their own. */
  readonly openDriver?: OpenDriver;
  /** The clocks of the timeline; by default those of the machine. Tests step them. */
  readonly clocks?: TimelineClocks;
  /** Gets every event of the supervision loop, after it was logged. */
  readonly onEvent?: (event: SupervisionEvent) => void;
}

/** Time between two looks at the renderers. */
const tickMs = 2;

/** Share of a new reading in an average over about a second of ticks. */
const averagingFactor = tickMs / 1_000;

/** The first block must be in the ring within this after the start. */
const firstBlockMs = 30_000;

/** Threads of renderers must have left within this when the engine ends. */
const closeMs = 300;

/** A running engine; made by {@link Engine.start}, ended by {@link Engine.stop}. Main isolate. */
export class Engine implements control.EngineControl {
  readonly memory: SharedMemory;
  readonly #options: EngineOptions;
  readonly #commands: CommandLog;
  readonly #supervision: Supervision;
  readonly #pool: RendererPool;
  readonly #delivery: DeliveryLog;
  readonly #patches: PatchSwap;
  readonly #pending = new PendingLimit();
  readonly #timeline: Timeline;
  readonly #driver: DeviceWatch;
  readonly #realTime: RealTime;
  readonly #shedding: LoadShedding;
  readonly #exitGuard: ExitGuard;
  readonly #values: ParameterValues;
  readonly #reporter: Reporter;
  readonly #endedNotes: EndedNotes;
  readonly #levels: LevelReport;
  #writer: SessionWriter | undefined;
  #state: control.EngineStatus["state"] = "starting";
  #timer: ReturnType<typeof setInterval> | undefined;
  #lateCommands = 0;
  #quarantined = 0;
  /** Log position of the last entry that limits voices. */
  #shedPosition = NaN;
  #mayJoin = false;
  #blocksAhead = 0;
  #stopping: Promise<void> | undefined;

  private constructor(options: EngineOptions, memory: SharedMemory, checksum: WebAssembly.Module) {
    const { config, patch, native, log } = options;
    this.#options = options;
    this.#reporter = new Reporter(log);
    this.memory = memory;
    const seals = new SealTable(memory);
    seals.reset(memory.geometry.startBlock);
    this.#commands = new CommandLog(memory);
    this.#pool = new RendererPool({
      ...options,
      memory,
      checksum,
      seed: config.seed,
      faultsAllowed: config.faults,
    });
    this.#delivery = new DeliveryLog({
      memory,
      seals,
      log: this.#commands,
      onGap: (block, blocks) => log.error(`recording: ${blocks} blocks are missing`, { block: block >>> 0 }),
    });
    this.#supervision = new Supervision({
      memory,
      seals,
      log: this.#commands,
      renderers: this.#pool,
      delivery: this.#delivery,
      nowMs: () => performance.now(),
      orphansOf: (blamed) => this.#patches.quarantined(blamed),
    });
    this.#patches = new PatchSwap({
      maxVoices: options.maxVoices ?? 0,
      memory,
      pool: this.#pool,
      commands: this.#commands,
      delivery: this.#delivery,
      oldestPatch: () => this.#supervision.oldestPatch,
      playedPosition: () => this.#supervision.playedPosition,
      patch,
      seed: config.seed,
      nativeLibrary: options.nativeLibrary,
      writer: () => this.#writer,
      onChange: ({ parameters, name }) => {
        this.#values.declare(parameters);
        this.#reporter.emit({ event: "patch", patch: name });
        this.#admitVoices();
      },
    });
    this.#endedNotes = new EndedNotes(memory);
    this.#levels = new LevelReport({
      memory,
      log,
      takeLoudest: () => this.#delivery.takeLoudest(),
      emit: (event) => this.#reporter.emit(event),
    });
    this.#timeline = new Timeline(memory, native, options.clocks);
    this.#driver = new DeviceWatch({ ...options, memory });
    this.#exitGuard = new ExitGuard(native, memory);
    const samples = patch.sampleMemory;
    this.#realTime = RealTime.begin({ native, memory, enabled: config.realTime, samples });
    const { blockFrames, sampleRateHz } = memory.geometry;
    this.#shedding = new LoadShedding({
      blockMs: blockFrames / sampleRateHz * 1_000,
      processors: navigator.hardwareConcurrency,
    });
    this.#values = new ParameterValues(
      patch.parameters,
      (parameter, value) => this.#reporter.emit({ event: "parameter", parameter, value }),
    );
  }

  /**
   * Starts everything; resolves when renderers are in lockstep and the device plays.
   *
   * @throws {DriverError} and PortAudio's errors when the device cannot be used, SessionFileError when the recording
   *   cannot be created. Whatever had been started is stopped again.
   */
  static async start(options: EngineOptions): Promise<Engine> {
    const { config, patch } = options;
    const memory = SharedMemory.create(dimensionsOf(config, patch.arena.bytes, options));
    const engine = new Engine(options, memory, compileChecksum());
    try {
      await engine.#begin();
    } catch (error) {
      await engine.stop();
      throw error;
    }
    return engine;
  }

  get parameters(): readonly ParameterDeclaration[] {
    return this.#patches.current.parameters;
  }

  get instruments(): readonly string[] {
    return this.#patches.current.instruments;
  }

  async loadPatch(patch: PatchGraph, samples?: SampleBank): Promise<readonly string[]> {
    const warnings = await this.#patches.load(patch, samples);
    warnings.forEach((warning) => this.#options.log.warning(warning));
    this.#options.log.info(`plays ${patch.name} from here on`, { block: this.memory.consumed() >>> 0 });
    return warnings;
  }

  submit(commands: readonly control.Command[], time?: control.CommandTime): control.Submission {
    if (this.#stopping) throw new control.CommandRefusedError("the engine is stopping");
    const at = time === undefined ? undefined : this.#timeline.frameOf(time);
    const entries = commands.map((command) => encodeCommand(command, this, at));
    if (entries.length > this.#commands.room) {
      throw new control.CommandRefusedError(
        `the command log is full (room for ${this.#commands.room} commands); send slower`,
      );
    }
    const lateBlocks = at === undefined ? 0 : blocksBetween(this.#frontier(), at.block);
    if (at !== undefined && lateBlocks <= 0) {
      this.#pending.acquire(at.block, entries.length, this.#delivery.next);
    }
    this.#commands.append(entries);
    this.#values.record(lateBlocks > 0 ? entries.map((entry) => ({ ...entry, at: undefined })) : entries);
    if (commands.some(({ kind }) => kind === "clear")) this.#pending.clear();
    if (lateBlocks <= 0) return { lateMs: 0 };
    this.#lateCommands += entries.length;
    const { blockFrames, sampleRateHz } = this.memory.geometry;
    return { lateMs: (lateBlocks * blockFrames - at!.frame) / sampleRateHz * 1_000 };
  }

  settled(): Promise<void> {
    return this.#delivery.reached(this.#commands.head);
  }

  failover(): void {
    const supervised = this.#supervision.failover();
    if (!supervised) {
      throw new control.CommandRefusedError("there is no standby in lockstep; try again in a moment");
    }
    this.#report(supervised);
  }

  injectFault(kind: control.FaultKind, target: control.FaultTarget): void {
    if (!this.#options.config.faults) {
      throw new control.CommandRefusedError("faults are off; start with UNDERSTUDY_FAULTS=on");
    }
    const wanted = control.rolesOf(target);
    const seats = this.#supervision.roles.filter((seat, role) =>
      seat !== undefined && wanted.includes(control.roles[role])
    );
    if (seats.length === 0) throw new control.CommandRefusedError(`no renderer holds the role ${target} now`);
    this.#supervision.faultCommitted();
    for (const seat of seats) this.#pool.breakRenderer(seat!, kind);
  }

  status(): control.EngineStatus {
    return engineStatus({
      memory: this.memory,
      driver: this.#driver,
      supervision: this.#supervision,
      pool: this.#pool,
      state: this.#state,
      patch: this.#patches.current.name,
      ticksPerMs: this.#timeline.ticksPerMs,
      blocksAhead: this.#blocksAhead,
      voices: this.voices(),
      voiceLimit: this.#shedding.limit,
      lateCommands: this.#lateCommands,
      waitingCommands: this.#pending.waiting(this.#delivery.next),
      quarantinedCommands: this.#quarantined,
      faults: this.#reporter.faults,
      realTime: this.#realTime.status(this.#supervision.running),
    });
  }

  parameterValue(parameter: number): number | undefined {
    return this.#values.valueOf(parameter);
  }

  voices(): readonly number[] {
    const [seat] = this.#supervision.running;
    const counted = this.#patches.current.arena.voices?.length ?? 0;
    return seat === undefined ? [] : this.#pool.voices(seat, counted);
  }

  openMeter(): control.Meter {
    return this.#delivery.openMeter();
  }

  observe(listener: (event: control.EngineEvent) => void): () => void {
    return this.#reporter.observe(listener);
  }

  /** Largest magnitude handed to the device since the last call. */
  takePeak(): number {
    return this.#delivery.takePeak();
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#end();
  }

  async #begin(): Promise<void> {
    const { config, log } = this.#options;
    this.#timer = setInterval(() => this.#tick(), tickMs);
    this.#tick();
    await this.#driver.start();
    this.#realTime.read();
    raiseLookahead(this.memory, log);
    if (config.session !== undefined) {
      this.#writer = await recordSession(config.session, { ...this.#options, memory: this.memory });
      this.#delivery.recordTo(this.#writer);
    }
    this.#admitVoices();
    this.#mayJoin = true;
    if (!await until(() => this.#firstBlocksReady(), { timeoutMs: firstBlockMs })) {
      throw new DriverError("no renderer came up; see the log for its error");
    }
    Atomics.store(this.memory.words, fixed.control.play.index, 1);
    this.#enter("running");
    const { latencyMs, lookaheadBlocks, sampleRateHz, blockFrames } = this.status();
    log.info(
      `playing ${this.#options.patch.name} on ${this.#driver.device}: ${sampleRateHz} Hz, ${blockFrames} frames a block, ` +
        `${lookaheadBlocks} ahead, latency ${latencyMs.toFixed(1)} ms`,
    );
    this.#reportRights();
  }

  /** Says once what the system does not grant, and the lines that grant it. */
  #reportRights(): void {
    this.#realTime.read(); // by now renderers have locked their arenas
    const { missing, lockError } = this.#realTime;
    if (missing.length === 0) return;
    const errno = lockError === 0 ? "" : ` (memlock: errno ${lockError})`;
    this.#options.log.warning(
      `other programs can interrupt the sound, the system does not grant ${missing.join(", ")}${errno}: ${
        realTimeRemedy(missing)
      }`,
    );
  }

  #firstBlocksReady(): boolean {
    return this.#supervision.inLockstep >= 2 &&
      blocksBetween(this.#frontier(), this.memory.geometry.startBlock) >= this.memory.lookaheadBlocks();
  }

  #tick(): void {
    this.#timeline.follow();
    this.#report(this.#supervision.turn(this.#mayJoin));
    this.#driver.watch();
    this.#realTime.poll();
    if (this.#state === "running" || this.#state === "waiting for device") {
      this.#enter(this.#driver.waiting ? "waiting for device" : "running");
    }
    const consumed = this.memory.consumed();
    this.#values.advance(consumed);
    this.#blocksAhead += (blocksBetween(this.#frontier(), consumed) - this.#blocksAhead) * averagingFactor;
    const [seat] = this.#supervision.running;
    if (seat !== undefined) {
      this.#endedNotes.poll(seat).forEach((note) => this.#reporter.emit({ event: "noteEnd", ...note }));
    }
    this.#reporter.voices(this.voices());
    this.#levels.poll(performance.now());
    this.#shed();
  }

  /** Lets fewer voices sound where the renderers cannot keep up, and more again later. */
  #shed(): void {
    const decision = this.#shedding.observe(() => ({
      consumed: this.memory.consumed(),
      renderers: this.#supervision.running.map((seat) => this.#pool.load(seat)),
      voices: this.voices().reduce((sum, count) => sum + count, 0),
    }), performance.now());
    if (decision) this.#limitVoices(decision);
  }

  /** Limits the voices to those that the patch may have here. */
  #admitVoices(): void {
    const decision = this.#shedding.admit(this.#patches.maxVoices);
    if (decision) this.#limitVoices(decision);
  }

  #limitVoices(decision: ShedDecision): void {
    if (this.#commands.room === 0) return this.#shedding.forget();
    this.#shedPosition = this.#commands.head;
    this.#commands.append([{ opcode: Opcode.shed, target: decision.limit, value: 0, extra: 0 }]);
    this.#reporter.shed(decision, this.memory.consumed() >>> 0);
  }

  #enter(state: control.EngineStatus["state"]): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#reporter.emit({ event: "device", state, device: this.#driver.device });
  }

  /** Logs what the supervision loop found, and passes it on. */
  #report({ events }: Supervised): void {
    const block = this.memory.consumed() >>> 0;
    for (const event of events) {
      if (event.event === "quarantine") this.#recordQuarantine(event.positions);
      const detail = event.event === "fault" ? this.#pool.errorText(event.seat) : "";
      this.#reporter.supervised(event, block, detail);
      this.#options.onEvent?.(event);
    }
  }

  #recordQuarantine(positions: readonly number[]): void {
    for (const position of positions) {
      this.#writer?.write("QUAR", new Uint8Array(new Int32Array([position]).buffer));
    }
    this.#quarantined += positions.length;
    if (positions.includes(this.#shedPosition)) this.#shedding.forget();
  }

  /** The next block that may not be sealed yet, as far as the renderers have told. */
  #frontier(): number {
    const consumed = this.memory.consumed();
    return this.#supervision.roles.reduce<number>((furthest, seat) => {
      const published = seat === undefined ? undefined : this.#pool.published(seat);
      return published !== undefined && blocksBetween(published, furthest) > 0 ? published : furthest;
    }, consumed);
  }

  async #end(): Promise<void> {
    const wasPlaying = this.#state === "running";
    this.#enter("stopping");
    this.#patches.stop();
    if (wasPlaying) await fadeOut(this.memory);
    clearInterval(this.#timer);
    await this.#driver.stop();
    this.#exitGuard.close();
    const remaining = await this.#pool.close(closeMs);
    for (const seat of remaining) {
      this.#options.log.error("thread did not end", { rendererId: this.#pool.incarnation(seat) });
    }
    await this.#realTime.stop();
    this.#delivery.poll(true);
    this.#delivery.abandon();
    await this.#writer?.close({
      blocks: this.#delivery.blocks,
      concealedFrames: this.memory.counter("concealedFrames"),
    });
    this.#state = "stopped";
  }
}
