/**
 * The engine: builds the shared memory, starts renderers and driver, and ties the parts of the main isolate together in
 * one tick of a few milliseconds: look at the renderers, let the supervisor decide, carry it out, walk the history.
 * Nothing of this is needed for the next block to sound.
 */
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import type { CompiledPatch, ParameterDeclaration } from "../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../compiler/graph/sample_bank.ts";
import type { LoadedGraph } from "../compiler/graph/checked_graph.ts";
import type { Config } from "../config/settings.ts";
import * as control from "./control/control.ts";
import type { ShowControl } from "./control/show_control.ts";
import { DriverError } from "./device/driver_error.ts";
import { DeviceWatch } from "./device/device_watch.ts";
import { ExitGuard } from "./device/exit_guard.ts";
import type { OpenDriver } from "./device/open_driver.ts";
import { fadeOut } from "./device/fade_out.ts";
import { encodeCommand } from "./log/command_encoding.ts";
import { CommandLog, type LogEntry, Opcode } from "./log/command_log.ts";
import { LogShare } from "./log/log_share.ts";
import { PendingLimit, showSender } from "./log/pending_limit.ts";
import { SealTable } from "./log/seal_table.ts";
import { abortable } from "../foundation/abortable.ts";
import type { Log } from "../foundation/logging.ts";
import { invariant } from "../foundation/invariant.ts";
import { until } from "../foundation/until.ts";
import { within } from "../foundation/within.ts";
import { Lookahead } from "./device/lookahead.ts";
import { dimensionsOf } from "./memory/dimensions.ts";
import { fixed } from "./memory/layout.ts";
import { blocksBetween, SharedMemory } from "./memory/shared_memory.ts";
import { ParameterValues } from "./log/parameter_values.ts";
import { missingNames, realTimeRemedy } from "./scheduling/real_time_rights.ts";
import { RealTime } from "./scheduling/real_time.ts";
import { PatchSwap } from "./patch_swap/patch_swap.ts";
import { EndedNotes } from "./supervisor/ended_notes.ts";
import { type LoadedPatch, RendererPool } from "./supervisor/renderer_pool.ts";
import { openSeating } from "./supervisor/open_seating.ts";
import { ProcessSeating } from "./supervisor/process_seating.ts";
import { Upgrade } from "./supervisor/upgrade.ts";
import { programVersion } from "./run/program_version.ts";
import { UpgradeFiles } from "./run/upgrade_files.ts";
import { beginRun } from "./run/begin_run.ts";
import { sharedBuffer } from "./run/run_memory.ts";
import { ControlClaim } from "./run/control_claim.ts";
import { StageDriver } from "./device/stage_driver.ts";
import { readEntries } from "./log/read_entries.ts";
import { commitControlFault, controlFaults, isControlFault } from "./run/control_fault.ts";
import type { EngineProcesses } from "./run/engine_processes.ts";
import { loadQuarantined, type QuarantineWords, saveQuarantined } from "./run/quarantine_file.ts";
import { loadParameters, saveParameters } from "./run/parameter_file.ts";
import { keepRecording, keptRecording } from "./recorder/kept_recording.ts";
import { PatchFiles } from "./run/patch_files.ts";
import { readRendererProcessStart, writeRendererProcessStart } from "./run/renderer_process_start.ts";
import { LatencyReport } from "./report/latency_report.ts";
import { LevelReport } from "./report/level_report.ts";
import { LoadShedding, type ShedDecision } from "./supervisor/load_shedding.ts";
import { Degradations } from "./report/degradations.ts";
import { Measures } from "./report/measures.ts";
import { RefusalReport } from "./report/refusal_report.ts";
import { Reporter } from "./report/reporter.ts";
import { SilenceReport } from "./report/silence_report.ts";
import { Standstill } from "./report/standstill.ts";
import { StreamSeals } from "./log/stream_seals.ts";
import type { PlacedStream, StreamedFile } from "./streams/streamed_file.ts";
import { keepFiles, keptFiles } from "./streams/kept_files.ts";
import { engineHost } from "./show/engine_host.ts";
import { keepShow, keptShow } from "./show/kept_show.ts";
import type { SavedShow } from "./show/saved_show.ts";
import { ShowDesk } from "./show/show_desk.ts";
import type { ShowServices } from "./show/show_host.ts";
import { Streams } from "./streams/streams.ts";
import { DeliveryLog } from "./delivery/delivery_log.ts";
import { Journal } from "./state/journal.ts";
import { outputStageText } from "./state/journal_difference.ts";
import { SilenceDetector, type SilenceLimits } from "./delivery/silence_detector.ts";
import { SoundWatch } from "./delivery/sound_watch.ts";
import { Recorder } from "./recorder/recorder.ts";
import { placeInFolder } from "./recorder/recording_path.ts";
import { continueSession, copySnapshot } from "./session/continue_session.ts";
import { recordSession } from "./session/record_session.ts";
import {
  type ChunkType,
  encodeJson,
  encodePatch,
  recordedPatch,
  type RecordedSnapshot,
  type SessionMark,
  type SessionSummary,
} from "./session/session_format.ts";
import { sessionHeader } from "./session/session_header.ts";
import { type RotationLimits, SessionRotation } from "./session/session_rotation.ts";
import { type ResumedRecording, SessionWriter } from "./session/session_writer.ts";
import { engineStatus, latencyOf } from "./report/status.ts";
import { firstRenderers, supervisorDefaults } from "./supervisor/supervisor.ts";
import { type Supervised, Supervision, type SupervisionEvent } from "./supervisor/supervision.ts";
import { frameNumber } from "./memory/frame_number.ts";
import { Timeline, type TimelineClocks } from "./time/timeline.ts";

/** Music that has been played already: an engine goes on from its state instead of a fresh one. */
export interface Continuation {
  /**
   * The shared memory with seals, log and, unless it stands at its first block, an accepted snapshot. Must have been made
   * with the dimensions of the configuration.
   */
  readonly memory: SharedMemory;
  /** Every patch that the snapshot, or the log behind it, may ask for, in the order of loading; the last one plays. */
  readonly patches: readonly [LoadedPatch, ...LoadedPatch[]];
  /** The value of each parameter of the patch that plays, by index. */
  readonly parameters: readonly number[];
  /** The state at the block that the device takes next, for a session; omitted: a session is not recorded. */
  readonly snapshot?: RecordedSnapshot;
  /** Files that players may have; omitted: none. */
  readonly files?: readonly StreamedFile[];
  /** Where players are in them; omitted: nowhere. */
  readonly places?: readonly PlacedStream[];
  /** The show that plays on; omitted: none. */
  readonly show?: SavedShow;
  /** Notes and pedals that sound on; omitted: none. */
  readonly held?: Pick<SessionMark, "heldNotes" | "heldPedals">;
}

export interface EngineOptions {
  readonly config: Config;
  /** The patch that plays first; the last of {@link Continuation.patches} where there is a continuation. */
  readonly patch: CompiledPatch;
  /** Omitted: the engine starts with fresh memory and the initial state of the patch. */
  readonly continuation?: Continuation;
  /** Omitted: renderers are threads of this process, and its own threads call the callback. */
  readonly processes?: EngineProcesses;
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
  /** When the session goes on in a next file, and its path, which may throw `SessionFileError`. Omitted: never. */
  readonly sessionFiles?: RotationLimits & { readonly next: () => string };
  /** What a show needs of the rest of the program; omitted: no show can be loaded. */
  readonly shows?: ShowServices;
  /** Ends the start. */
  readonly signal?: AbortSignal;
}

/** Time between two looks at whether the values of parameters are to be written. */
const saveMs = 100;

/** Time between two looks at whether what renderers start from is still there. */
const keepMs = 1_000;

/**
 * Time between two looks at the renderers; the second one while all is in order, because each look wakes the processor. It is not above
 * the supervisor's `maxTickMs`, so all of it counts for a renderer that has stood still meanwhile.
 */
const tickMs = 2;
const maxCalmTickMs = 8;
invariant(
  maxCalmTickMs <= supervisorDefaults.maxTickMs,
  "ticks: expected that the supervisor counts all of each",
);

/** Part of the lookahead that the device may take between two looks: the rings keep twice the lookahead to be compared. */
const calmTickLookaheads = 0.75;

/** Time between two looks at what is only told. */
const tellMs = 40;

/** Time over which the blocks ahead are averaged. */
const averagingMs = 1_000;

/** The first block must be in the ring within this after the start. */
const firstBlockMs = 30_000;

/** Threads of renderers must have left within this when the engine ends; one that still starts takes the longest. */
const closeMs = 1_000;

/** The recording must be on the disk within this when the engine ends. */
const writeMs = 10_000;

/** A running engine; made by {@link Engine.start}, ended by {@link Engine.stop}. Main isolate. */
export class Engine implements control.EngineControl {
  readonly memory: SharedMemory;
  readonly #options: EngineOptions;
  readonly #commands: CommandLog;
  readonly #supervision: Supervision;
  readonly #pool: RendererPool;
  readonly #delivery: DeliveryLog;
  readonly #patches: PatchSwap;
  readonly #share: LogShare;
  readonly #pending = new PendingLimit();
  readonly #timeline: Timeline;
  readonly #driver: DeviceWatch;
  readonly #lookahead: Lookahead;
  readonly #realTime: RealTime;
  readonly #shedding: LoadShedding;
  readonly #exitGuard: ExitGuard;
  readonly #values: ParameterValues;
  readonly #reporter: Reporter;
  readonly #degradations: Degradations;
  readonly #standstill = new Standstill();
  readonly #endedNotes: EndedNotes;
  readonly #soundWatch: SoundWatch;
  readonly #silence: SilenceReport;
  readonly #measures: Measures;
  readonly #levels: LevelReport;
  readonly #refusals: RefusalReport;
  readonly #latency = new LatencyReport((event) => this.#reporter.emit(event));
  readonly #upgrade: Upgrade | undefined;
  readonly #recorder: Recorder;
  readonly #streams: Streams;
  readonly #desk: ShowDesk | undefined;
  #writer: SessionRotation | undefined;
  #journal: Journal | undefined;
  /** The patches that a restart may need, as payloads of `PTCH` chunks. */
  #recordedPatches: { readonly number: number; readonly payload: Uint8Array<ArrayBuffer> }[];
  #state: control.EngineStatus["state"] = "starting";
  #timer: ReturnType<typeof setInterval> | undefined;
  #timerMs = 0;
  #isTicking = false;
  #isTurnQueued = false;
  #nextSaveMs = 0;
  #nextTellMs = 0;
  #toldMs = performance.now();
  #isSounding = true;
  #nextKeepMs = performance.now() + keepMs;
  #lateCommands = 0;
  #quarantined = 0;
  #recordedShowText: string | undefined;
  #wrongBlocks = 0;
  /** As the recording has them, for the control process that may follow. */
  #quarantinedWords: QuarantineWords[] = [];
  /** Log position of the last entry that limits voices. */
  #shedPosition = NaN;
  #mayJoin = false;
  #savedHead: number | undefined;
  #saveProblem: string | undefined;
  #filesProblem: string | undefined;
  #demotions = 0;
  /** When the last turn of the supervision loop ended. */
  #turnMs = performance.now();
  #claim: ControlClaim | undefined;
  #blocksAhead = 0;
  #stopping: Promise<void> | undefined;

  private constructor(options: EngineOptions, memory: SharedMemory, resumed: ResumedRecording | undefined) {
    const { config, native, log, continuation, processes } = options;
    const patches = patchesOf(options);
    const playing = patches[patches.length - 1];
    this.#options = options;
    this.#reporter = new Reporter(log);
    this.#degradations = new Degradations({ log, emit: (event) => this.#reporter.emit(event) });
    this.memory = memory;
    const seals = new SealTable(memory);
    if (continuation === undefined) seals.reset(memory.geometry.startBlock);
    if (!isLiving(options)) new StreamSeals(memory).reset(memory.consumed());
    this.#commands = new CommandLog(memory);
    this.#share = new LogShare(this.#commands);
    const seating = openSeating({
      ...{ memory, native, patches, processes, nativeLibrary: options.nativeLibrary },
      seed: config.seed,
      faultsAllowed: config.faults,
      onEnd: () => this.#turnSoon(),
    });
    this.#pool = new RendererPool({ memory, native, seating });
    this.#delivery = new DeliveryLog({
      memory,
      seals,
      log: this.#commands,
      onGap: (block, blocks) => log.error(`recording: ${blocks} blocks are missing`, { block: block >>> 0 }),
      from: resumed && recordingStart(resumed, this.#commands.head),
    });
    if (resumed) this.#recordTo(resumed.writer);
    this.#supervision = new Supervision({
      memory,
      seals,
      log: this.#commands,
      renderers: this.#pool,
      delivery: this.#delivery,
      nowMs: () => performance.now(),
      orphansOf: (blamed) => this.#patches.quarantined(blamed),
      waitingAt: (block) => this.#pending.dueIn(block),
      lastValues: () => ({ patch: this.#patches.currentNumber, entries: this.#values.entries }),
    });
    this.#patches = new PatchSwap({
      maxVoices: options.maxVoices ?? 0,
      memory,
      pool: this.#pool,
      commands: this.#commands,
      delivery: this.#delivery,
      oldestPatch: () => this.#supervision.oldestPatch,
      playedPosition: () => this.#supervision.playedPosition,
      playing,
      seed: config.seed,
      nativeLibrary: options.nativeLibrary,
      newestPatch: processes && new PatchFiles(processes.folder, native).numbers().at(-1),
      recordPatch: (payload) => this.#recordPatch(payload),
      onChange: ({ parameters, name }) => {
        this.#values.declare(parameters);
        this.#saveParameters();
        this.#reporter.emit({ event: "patch", patch: name });
        this.#admitVoices();
        this.#desk?.patchChanged();
      },
    });
    this.#recordedPatches = patches.map(({ number, patch }) => ({
      number,
      payload: encodePatch(recordedPatch(number, patch)),
    }));
    this.#endedNotes = new EndedNotes(memory, { skipEarlier: continuation !== undefined });
    this.#soundWatch = new SoundWatch(memory);
    this.#silence = new SilenceReport({
      detector: new SilenceDetector(memory, silenceLimits(config)),
      degradations: this.#degradations,
      emit: (event) => this.#reporter.emit(event),
      names: config.outputNames,
    });
    this.#levels = new LevelReport({
      memory,
      log,
      takeLoudest: () => this.#delivery.takeLoudest(),
      emit: (event) => this.#reporter.emit(event),
    });
    this.#refusals = new RefusalReport({ log, emit: (event) => this.#reporter.emit(event) });
    this.#recorder = this.#makeRecorder();
    this.#streams = this.#makeStreams();
    this.#timeline = new Timeline(memory, native, options.clocks);
    this.#measures = new Measures({
      memory,
      ticksPerMs: () => this.#timeline.ticksPerMs,
      nowMs: () => performance.now(),
    });
    this.#upgrade = processes && seating instanceof ProcessSeating
      ? this.#makeUpgrade(processes, seating)
      : undefined;
    const openStage = processes && (() => StageDriver.start({ native, memory, config, log, processes }));
    this.#driver = new DeviceWatch({ ...options, ...(openStage && { openDriver: openStage }), memory });
    this.#lookahead = new Lookahead({
      memory,
      log,
      append: (blocks) => this.#append(Opcode.lookahead, blocks),
    });
    this.#exitGuard = new ExitGuard(native, memory);
    const samples = playing.patch.sampleMemory;
    const { blockFrames, sampleRateHz } = memory.geometry;
    this.#shedding = new LoadShedding({
      blockMs: blockFrames / sampleRateHz * 1_000,
      processors: navigator.hardwareConcurrency,
    });
    const stage = processes && (() => Atomics.load(memory.words, fixed.stageReport.pid.index));
    this.#realTime = RealTime.begin({
      ...{ native, memory, samples },
      enabled: config.realTime,
      ...(stage && { stage }),
    });
    this.#values = new ParameterValues(
      playing.patch.parameters,
      (parameter, value) => this.#reporter.emit({ event: "parameter", parameter, value }),
      continuation?.parameters,
    );
    this.#desk = options.shows && this.#makeDesk(options.shows);
  }

  /**
   * Starts everything; resolves when renderers are in lockstep and the device plays.
   *
   * @throws {DriverError} and PortAudio's errors when the device cannot be used, SessionFileError when the recording
   *   cannot be created, the reason of `signal` when it is aborted. Whatever had been started is stopped again, but for
   *   renderers and a stage that an earlier control process has started: they play on.
   */
  static async start(options: EngineOptions): Promise<Engine> {
    const { config, patch, continuation, processes } = options;
    const allocate = processes && ((bytes: number) => sharedBuffer(options.native, processes.folder, bytes));
    const memory = continuation === undefined
      ? SharedMemory.create(dimensionsOf(config, patch.arena.bytes, options), allocate)
      : allocate && !isLiving(options)
      ? continuation.memory.copiedTo(allocate)
      : continuation.memory;
    if (processes && !isLiving(options)) {
      const { native, nativeLibrary } = options;
      const { seed, faults: faultsAllowed } = config;
      const beginning = { native, memory, patches: patchesOf(options), nativeLibrary, seed, faultsAllowed };
      await beginRun(processes.folder, beginning);
    }
    const onFailure = (error: Error) => engine.#endRecording(error);
    const resumed = isLiving(options) ? await resumeRecording(options, memory, onFailure) : undefined;
    const engine = new Engine(options, memory, resumed instanceof Error ? undefined : resumed);
    if (resumed instanceof Error) engine.#endRecording(resumed);
    try {
      await engine.#begin();
    } catch (error) {
      // what plays already goes on without this process, and the launcher starts the next one
      if (isLiving(options) && !options.signal?.aborted) engine.#stopTicking();
      else await engine.stop();
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

  get midiChannels(): readonly (number | null)[] | undefined {
    return this.#patches.current.midiChannels;
  }

  async loadPatch(patch: LoadedGraph, samples?: SampleBank): Promise<readonly string[]> {
    const warnings = await this.#patches.load(patch, samples);
    warnings.forEach((warning) => this.#options.log.warning(warning));
    this.#options.log.info(`plays ${patch.name} from here on`, { block: this.memory.consumed() >>> 0 });
    return warnings;
  }

  frameAt(time: control.CommandTime): number {
    const { block, frame } = this.#timeline.frameOf(time);
    return frameNumber(this.memory, block) + frame;
  }

  submit(
    commands: readonly control.Command[],
    time?: control.CommandTime,
    sender = "engine",
  ): control.Submission {
    if (this.#stopping) throw new control.CommandRefusedError("the engine is stopping");
    const at = time === undefined ? undefined : this.#timeline.frameOf(time);
    const entries = commands.map((command) => encodeCommand(command, this, at));
    const lateBlocks = at === undefined ? 0 : blocksBetween(this.#frontier(), at.block);
    try {
      this.#share.require(entries.length, sender);
      if (at !== undefined && lateBlocks <= 0) {
        const timed = { block: at.block, position: this.#commands.head, count: entries.length, sender };
        this.#pending.acquire(timed, this.#delivery.next);
      }
    } catch (error) {
      this.#refusals.record(entries.length, sender);
      throw error;
    }
    this.#share.record(entries.length, sender);
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
    if (target === "control") return this.#breakControl(kind);
    if (target === "reader") return this.#streams.break(kind);
    const wanted = control.rolesOf(target);
    const seats = this.#supervision.roles.filter((seat, role) =>
      seat !== undefined && wanted.includes(control.roles[role])
    );
    if (seats.length === 0) throw new control.CommandRefusedError(`no renderer holds the role ${target} now`);
    this.#supervision.faultCommitted();
    for (const seat of seats) this.#pool.breakRenderer(seat!, kind);
  }

  /** Breaks this process, once the order was answered. */
  #breakControl(kind: control.FaultKind): void {
    if (!this.#claim || Atomics.load(this.memory.words, fixed.launcher.pid.index) === 0) {
      throw new control.CommandRefusedError(
        "nothing would start the control process again; start with UNDERSTUDY_ISOLATION=processes",
      );
    }
    if (!isControlFault(kind)) {
      throw new control.CommandRefusedError(`control: expected ${controlFaults.join(", ")}, found ${kind}`);
    }
    setTimeout(() => commitControlFault(kind), 0);
  }

  setLookahead(blocks: number): void {
    try {
      this.#lookahead.request(blocks);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new control.CommandRefusedError(error.message);
    }
  }

  status(): control.EngineStatus {
    return engineStatus({
      memory: this.memory,
      driver: this.#driver,
      supervision: this.#supervision,
      pool: this.#pool,
      state: this.#state,
      outputNames: Object.fromEntries(
        (this.#options.config.outputNames ?? []).map((name, output) => [output + 1, name]),
      ),
      patch: this.#patches.current.name,
      ticksPerMs: this.#timeline.ticksPerMs,
      blocksAhead: this.#blocksAhead,
      voices: this.voices(),
      voiceLimit: this.#shedding.limit,
      lateCommands: this.#lateCommands,
      waitingCommands: this.#pending.waiting(this.#delivery.next),
      refusedCommands: this.#refusals.commands,
      wrongBlocks: this.#wrongBlocks,
      quarantinedCommands: this.#quarantined,
      journal: this.#journal?.state ?? "off",
      recording: this.#recordingState,
      rec: this.#recorder.status,
      players: this.#streams.players.length,
      lateStreamBlocks: this.#streams.lateBlocks,
      degraded: this.#degradations.parts.join(" "),
      standstills: this.#standstill.count,
      standstillMs: this.#standstill.totalMs,
      faults: this.#reporter.faults,
      ...this.#silence.status,
      callbackAgeMs: this.#timeline.callbackAgeMs,
      supervisionAgeMs: performance.now() - this.#turnMs,
      realTime: this.#realTime.status(this.#supervision.running),
    });
  }

  problems(): readonly control.DegradedProblem[] {
    return this.#degradations.problems;
  }

  measures(): control.EngineMeasures {
    return this.#measures.read();
  }

  sessionDescriptions(): readonly string[] {
    return this.#driver.descriptions;
  }

  /** Tells that something outside of the engine was lost, by log, event and status; for the parts that serve clients. */
  reportLoss(problem: string): void {
    this.#degradations.occurred("clients", problem, performance.now());
  }

  /** Why the session is not recorded to its end; undefined: it is, or none was asked for. */
  get recordingProblem(): string | undefined {
    return this.#degradations.problemOf("recording");
  }

  /** Why the last recording of the sound ended before it was asked to; undefined: it did not. */
  get recorderProblem(): string | undefined {
    return this.#recorder.problem;
  }

  armStream(name: string, frame?: number): Promise<control.ArmedFile> {
    return this.#streams.arm(name, frame);
  }

  disarmStream(name: string): void {
    this.#streams.disarm(name);
  }

  get armedStreams(): readonly control.ArmedFile[] {
    return this.#streams.armed;
  }

  get players(): readonly control.PlayerStatus[] {
    return this.#streams.players;
  }

  get show(): ShowControl | undefined {
    return this.#desk?.control;
  }

  async loadShow(file: string): Promise<readonly string[]> {
    if (this.#stopping) throw new control.CommandRefusedError("the engine is stopping");
    if (this.#desk === undefined) throw new control.CommandRefusedError("shows are not played here");
    const warnings = await this.#desk.load(file);
    this.#options.log.info(`plays the show ${file}`);
    return warnings;
  }

  async startRecording(name?: string): Promise<control.RecordingBegun> {
    if (this.#stopping) throw new control.CommandRefusedError("the engine is stopping");
    const { recordingFolder, recordFormat: format } = this.#options.config;
    const start = await this.#recorder.start(
      placeInFolder(recordingFolder, name, { format, nowMs: Date.now() }),
    );
    return { ...start, seconds: start.frame / start.sampleRateHz };
  }

  async stopRecording(): Promise<control.RecordingEnded> {
    const { path, frames, problem } = await this.#recorder.stop();
    return { path, seconds: frames / this.memory.geometry.sampleRateHz, problem };
  }

  get #recordingState(): control.RecordingState {
    if (this.#options.config.session === undefined) return "off";
    return this.recordingProblem === undefined ? "current" : "ended";
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
    const { config, log, processes, signal, continuation } = this.#options;
    if (processes) this.#claim = new ControlClaim(this.memory, processes);
    if (isLiving(this.#options)) this.#adopt();
    this.#upgrade?.conclude();
    this.#isTicking = true;
    // the sound system opens the device beside the threads that start
    const opened = this.#driver.start();
    this.#turn();
    await abortable(opened, signal);
    this.#lookahead.follow(this.#driver.periodFrames);
    if (this.#lookahead.problem !== undefined) throw new DriverError(this.#lookahead.problem);
    this.#realTime.read();
    if (config.session !== undefined && !isLiving(this.#options)) {
      this.#recordTo(
        await recordSession(config.session, {
          ...this.#options,
          onFailure: (error) => this.#endRecording(error),
          memory: this.memory,
          patches: continuation?.patches ?? [{ number: 0, patch: this.#options.patch }],
          snapshot: continuation?.snapshot,
          files: this.#streams.files,
        }),
      );
    }
    if (config.record !== undefined && !isLiving(this.#options)) {
      // its first block comes once the device plays
      void this.#recorder.start({ path: config.record, format: config.recordFormat }).catch(() => {});
    }
    if (config.stateFolder !== undefined) {
      this.#journal = this.#makeJournal(config.stateFolder);
      this.#delivery.recordTo(this.#journal);
    }
    if (continuation !== undefined) this.#writeLimit(0); // a limit of the process before holds no longer
    this.#admitVoices();
    // the first blocks need the pages of what plays on
    await abortable(this.#streams.ready(), signal);
    this.#mayJoin = true;
    const first = this.memory.consumed();
    const plays = Atomics.load(this.memory.words, fixed.control.play.index) === 1;
    const ready = () => plays || signal?.aborted || this.#firstBlocksReady(first);
    if (!await until(ready, { timeoutMs: firstBlockMs })) {
      throw new DriverError("no renderer came up; see the log for its error");
    }
    signal?.throwIfAborted();
    Atomics.store(this.memory.words, fixed.control.play.index, 1);
    this.#claim?.run();
    this.#enter(this.#heard());
    const { latencyMs, lookaheadBlocks, sampleRateHz, blockFrames } = this.status();
    log.info(
      `playing ${this.#patches.current.name} on ${this.#driver.device}: ${sampleRateHz} Hz, ${blockFrames} frames a block, ` +
        `${lookaheadBlocks} ahead, latency ${latencyMs.toFixed(1)} ms`,
    );
    this.#journal?.open();
    await this.#continueShow();
    this.#reportRights();
  }

  /** Says what the system does not grant, and the lines that grant it. */
  #reportRights(): void {
    this.#realTime.read(); // by now renderers have locked their arenas
    const { missing, lockError } = this.#realTime;
    if (missing.length === 0) return this.#degradations.restore("realTime");
    const errno = lockError === 0 ? "" : ` (memlock: errno ${lockError})`;
    const names = missing.map((part) => missingNames[part]).join(", ");
    this.#degradations.degrade(
      "realTime",
      `other programs can interrupt the sound, because the system does not grant ${names}${errno}: ${
        realTimeRemedy(missing)
      }`,
    );
  }

  /** Finds renderers, roles and waiting commands as the control process before has left them. */
  #adopt(): void {
    const { processes, log, nativeLibrary } = this.#options;
    const { rendererStart } = processes!.folder;
    // what starts from now on runs this version, whatever the one before was about to run
    writeRendererProcessStart(rendererStart, { ...readRendererProcessStart(rendererStart), nativeLibrary });
    this.#pool.adopt();
    this.#recorder.adopt(keptRecording(processes!.folder.recording));
    loadQuarantined(processes!.folder).forEach((words) => this.#recordQuarantined(words));
    this.#report(this.#supervision.adopt());
    const consumed = this.memory.consumed();
    const isWaiting = ({ at }: LogEntry) => at !== undefined && blocksBetween(at.block, consumed) >= 0;
    const entries = readEntries(this.#commands, this.memory.geometry.startLogPosition | 0);
    const cleared = entries.findLastIndex(({ opcode }) => opcode === Opcode.clear);
    entries.slice(cleared + 1).filter((entry) => entry.opcode !== Opcode.none && isWaiting(entry))
      .forEach(({ at, position, isOfShow }) =>
        this.#pending.restore({
          block: at!.block,
          position,
          count: 1,
          sender: isOfShow ? showSender : "before",
        })
      );
    const later = readEntries(this.#commands, loadParameters(processes!.folder)?.position ?? 0);
    const exchanged = later.findLastIndex(({ opcode }) => opcode === Opcode.exchange);
    this.#values.record(
      later.slice(exchanged + 1).map((entry) => isWaiting(entry) ? entry : { ...entry, at: undefined }),
    );
    log.warning("a control process was lost, this one has taken over; the sound went on", {
      epoch: processes!.epoch,
    });
  }

  #makeRecorder(): Recorder {
    const { config, native, version, continuation, processes, log } = this.#options;
    return new Recorder({
      ...{ memory: this.memory, native, version, session: config.session },
      minFreeBytes: config.recordMinFreeMiB * 2 ** 20,
      firstBlock: continuation?.snapshot?.block ?? this.memory.geometry.startBlock,
      patch: () => this.#patches.current.name,
      emit: (event) => {
        if (event.event === "recStart") {
          log.info(`records the sound to ${event.path}`, { block: event.block });
        }
        if (event.event === "recStop" && event.problem === "") {
          log.info(`recorded ${event.seconds.toFixed(1)} s of sound to ${event.path}`);
        }
        this.#reporter.emit(event);
      },
      onProblem: (problem) => {
        if (problem === undefined) this.#degradations.restore("recorder");
        else this.#degradations.degrade("recorder", `${problem}; the sound goes on`);
      },
      onLoss: (text) => this.#degradations.occurred("recorder", text, performance.now()),
      keep: (start) => {
        try {
          if (processes) keepRecording(processes.folder.recording, start);
        } catch (error) {
          log.error(`a recording cannot be kept for the next control process: ${(error as Error).message}`);
        }
      },
    });
  }

  #makeStreams(): Streams {
    const { config, continuation, processes, log } = this.#options;
    const before = isLiving(this.#options) ? keptFiles(processes!.folder.streams) : continuation;
    return new Streams({
      memory: this.memory,
      folder: config.streamFolder,
      files: before?.files,
      places: before?.places,
      emit: (event) => this.#reporter.emit(event),
      record: (file) => this.#record("FILE", encodeJson(file)),
      keep: () => {
        try {
          if (processes) keepFiles(processes.folder.streams, this.#streams);
        } catch (error) {
          log.error(`files cannot be kept for the next control process: ${(error as Error).message}`);
        }
      },
      onWarning: (text) => log.warning(text),
      onLoss: (text) => this.#degradations.occurred("streams", text, performance.now()),
    });
  }

  #makeDesk(services: ShowServices): ShowDesk {
    const { log } = this.#options;
    const host = engineHost({
      ...{ memory: this.memory, commands: this.#commands, pending: this.#pending, values: this.#values },
      ...{ streams: this.#streams, control: this, sealedBlock: () => this.#delivery.next },
      hearsBuses: () => this.#patches.current.arena.streams !== undefined,
      keep: (saved) => this.#keepShow(saved),
      emit: (event) => this.#reporter.emit(event),
      warn: (text) => log.warning(text),
    });
    return new ShowDesk(host, services);
  }

  /** Goes on with the show of the process before, or of the journal. */
  async #continueShow(): Promise<void> {
    const { processes, continuation, log } = this.#options;
    const isRestart = !isLiving(this.#options);
    const saved = isRestart ? continuation?.show : keptShow(processes!.folder.show);
    if (saved === undefined || this.#desk === undefined) return;
    try {
      await this.#desk.goOn(saved, { isRestart });
      log.info(`goes on with the show ${saved.file}`);
    } catch (error) {
      log.error(
        `the show ${saved.file} does not go on: ${(error as Error).message}; /show/load begins it again`,
      );
    }
  }

  /** The text of a show is written where it has changed. */
  #keepShow(saved: SavedShow): void {
    const { processes, log } = this.#options;
    const isNew = saved.text !== this.#recordedShowText;
    this.#recordedShowText = saved.text;
    this.#record("SHOW", encodeJson(isNew ? saved : { ...saved, text: undefined }));
    try {
      if (processes) keepShow(processes.folder.show, saved);
    } catch (error) {
      log.error(`the show cannot be kept for the next control process: ${(error as Error).message}`);
    }
  }

  #makeUpgrade({ folder, stage }: EngineProcesses, seating: ProcessSeating): Upgrade {
    const { nativeLibrary, log } = this.#options;
    const files = new UpgradeFiles(folder);
    return new Upgrade({
      memory: this.memory,
      supervision: this.#supervision,
      seating,
      files,
      current: programVersion({ nativeLibrary, stage }),
      errorText: (seat) => this.#pool.errorText(seat),
      onStep: ({ text, outcome }) =>
        outcome === "refused" ? log.warning(`upgrade refused: ${text}`) : log.info(`upgrade: ${text}`),
      onChange: (changed) => this.#report(changed),
      handOver: (version) => {
        this.#saveParameters();
        files.nameNext(version);
        this.#claim!.handOver();
      },
    });
  }

  /** Where that fails, e.g. because the disk is full, it is said once and tried again. */
  #saveParameters(): void {
    const { processes } = this.#options;
    if (!processes) return;
    const values = Object.fromEntries(
      this.parameters.map(({ address }, parameter) => [address, this.parameterValue(parameter)!]),
    );
    try {
      saveParameters(processes.folder, { position: this.#commands.head, values });
      this.#savedHead = this.#commands.head;
      this.#saveProblem = undefined;
    } catch (error) {
      const { message } = error as Error;
      this.#saveProblem =
        `the values of the parameters cannot be kept for the next control process: ${message}`;
    }
    this.#tellIsolation();
  }

  #endRecording({ message }: Error): void {
    this.#degradations.degrade(
      "recording",
      `${message}; the sound goes on, this session is not recorded any more`,
    );
  }

  #recordTo(writer: SessionWriter): void {
    const { sessionFiles, log } = this.#options;
    const recorded = this.#writer = new SessionRotation(writer, this.#delivery.next, {
      blocks: sessionFiles?.blocks,
      bytes: sessionFiles?.bytes,
      snapshotFrom: (block) => this.#snapshotFrom(block),
      inputBlocks: () => this.memory.geometry.inputChannels === 0 ? 0 : this.memory.lookaheadBlocks(),
      summary: () => this.#sessionSummary,
      next: (snapshot) => this.#nextSession(sessionFiles!.next(), snapshot),
      onFailure: ({ message }) =>
        log.error(`the next file of the session cannot begin: ${message}; the old one goes on`),
    });
    this.#delivery.recordTo(recorded);
    recorded.onWritten = (unitStart) => {
      if (this.#claim) this.#claim.recordedBytes = unitStart;
    };
  }

  get #sessionSummary(): SessionSummary {
    return { blocks: this.#delivery.blocks, concealedFrames: this.memory.counter("concealedFrames") };
  }

  /** The accepted snapshot, if it stands at this block or later; it is not written before the supervision's next turn. */
  #snapshotFrom(block: number): RecordedSnapshot | undefined {
    const slot = this.#supervision.acceptedSnapshot;
    return slot === undefined ? undefined : copySnapshot(this.memory, slot, {
      from: block,
      patches: this.#recordedPatches,
    });
  }

  async #nextSession(path: string, snapshot: RecordedSnapshot): Promise<SessionWriter> {
    const { config, version, log } = this.#options;
    const writer = await continueSession(path, {
      ...{ config, version, memory: this.memory, snapshot },
      patches: this.#recordedPatches,
      files: this.#streams.files,
      quarantined: this.#quarantinedWords.map(([position]) => position),
      onFailure: (error) => this.#endRecording(error),
    });
    this.#recordedShowText = undefined; // the next event brings it there
    log.info(`the session goes on in ${path}`);
    return writer;
  }

  #makeJournal(folder: string): Journal {
    const { config, log } = this.#options;
    const { patch, tuning, tuningMap } = config;
    return new Journal({
      memory: this.memory,
      folder,
      nativeLibrary: this.#options.nativeLibrary,
      header: {
        ...sessionHeader({ ...this.#options, memory: this.memory }),
        asked: { patch, tuning, tuningMap, outputStage: outputStageText(config) },
      },
      snapshots: this.#supervision,
      held: this.#options.continuation?.held,
      patches: () => this.#recordedPatches.map(({ payload }) => payload),
      files: () => this.#streams.files.map(encodeJson),
      show: () => this.#desk?.saved && encodeJson(this.#desk.saved),
      onChange: (state, problem) => {
        if (state === "failed") {
          this.#degradations.degrade("state", `the state is not kept: ${problem}; tried again soon`);
        } else if (state === "current") {
          if (this.#degradations.problemOf("state") === undefined) {
            log.info("the state is kept: a restart goes on from it", { folder });
          }
          this.#degradations.restore("state");
        }
        this.#reporter.emit({ event: "journal", state, problem });
      },
    });
  }

  #recordPatch(payload: Uint8Array<ArrayBuffer>): void {
    const number = new DataView(payload.buffer).getUint32(0, true);
    const oldest = this.#supervision.oldestPatch;
    this.#recordedPatches = this.#recordedPatches.filter((known) => known.number >= oldest);
    this.#recordedPatches.push({ number, payload });
    this.#record("PTCH", payload);
  }

  /** Records what does not come from the delivery log. */
  #record(type: ChunkType, payload: Uint8Array): void {
    this.#writer?.write(type, payload);
    this.#journal?.write(type, payload);
  }

  #firstBlocksReady(first: number): boolean {
    return this.#supervision.inLockstep >= firstRenderers &&
      blocksBetween(this.#frontier(), first) >= this.memory.lookaheadBlocks();
  }

  /** Ticks once what runs now is done: the runtime tells the end of a thread in the middle of the call that ends it. */
  #turnSoon(): void {
    if (this.#isTurnQueued) return;
    this.#isTurnQueued = true;
    queueMicrotask(() => {
      this.#isTurnQueued = false;
      this.#turn();
    });
  }

  /** Ticks now, and chooses how long it is to the next one. Also called when a renderer has ended: it is replaced at once. */
  #turn(): void {
    if (!this.#isTicking) return;
    try {
      this.#tick();
    } finally {
      const isCalm = this.#isPlaying && this.#supervision.isCalm && !this.#delivery.isAwaited;
      if (this.#isTicking) this.#turnEvery(isCalm ? this.#calmTickMs : tickMs);
    }
  }

  /** One interval, made again where its length changes: a timer of node's that is set again costs more for each turn. */
  #turnEvery(ms: number): void {
    if (this.#timer !== undefined && this.#timerMs === ms) return;
    clearInterval(this.#timer);
    this.#timerMs = ms;
    this.#timer = setInterval(() => this.#turn(), ms);
  }

  get #calmTickMs(): number {
    const { blockFrames, sampleRateHz } = this.memory.geometry;
    const lookaheadMs = this.memory.lookaheadBlocks() * blockFrames / sampleRateHz * 1_000;
    return Math.min(maxCalmTickMs, Math.max(tickMs, Math.floor(lookaheadMs * calmTickLookaheads)));
  }

  #stopTicking(): void {
    this.#isTicking = false;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#claim?.beat();
    if (nowMs >= this.#nextSaveMs) {
      this.#nextSaveMs = nowMs + saveMs;
      if (this.#savedHead !== this.#commands.head) this.#saveParameters();
    }
    if (nowMs >= this.#nextKeepMs) {
      this.#nextKeepMs = nowMs + keepMs;
      this.#driver.reportUnpatched();
      void this.#keepFiles();
    }
    this.#timeline.follow();
    this.#report(this.#supervision.turn(this.#mayJoin));
    this.#turnMs = performance.now();
    if (this.#state !== "starting") this.#upgrade?.poll();
    this.#driver.watch();
    this.#lookahead.follow(this.#driver.periodFrames);
    this.#soundWatch.poll(this.#supervision.inLockstep);
    if (this.#isPlaying) this.#enter(this.#heard());
    this.#journal?.poll(this.#delivery.next, nowMs);
    this.#writer?.poll(this.#delivery.next);
    this.#values.advance(this.memory.consumed());
    const [seat] = this.#supervision.running;
    if (seat !== undefined) {
      this.#endedNotes.poll(seat).forEach((note) => this.#reporter.emit({ event: "noteEnd", ...note }));
    }
    this.#streams.poll(seat);
    if (this.#state !== "starting") this.#desk?.poll();
    if (nowMs >= this.#nextTellMs) this.#tell(nowMs);
    this.#shed();
  }

  /** What is told to people, who do not see whether it comes some milliseconds later: each part costs as much as its work to reach. */
  #tell(nowMs: number): void {
    const sinceMs = nowMs - this.#toldMs;
    this.#toldMs = nowMs;
    this.#nextTellMs = nowMs + tellMs;
    this.#pollDegradations(nowMs);
    this.#latency.poll(latencyOf(this.memory, this.#driver), nowMs);
    this.#realTime.poll();
    this.#blocksAhead += (blocksBetween(this.#frontier(), this.memory.consumed()) - this.#blocksAhead) *
      Math.min(1, sinceMs / averagingMs);
    const voices = this.voices();
    this.#isSounding = voices.length === 0 || voices.some((count) => count > 0); // a patch that cannot tell may sound
    this.#reporter.voices(voices);
    this.#levels.poll(nowMs);
    this.#silence.poll();
    this.#refusals.poll(nowMs);
  }

  async #keepFiles(): Promise<void> {
    await this.#writer?.checkFile();
    this.#filesProblem = await this.#pool.keepFiles().catch((error: Error) => error.message);
    this.#tellIsolation();
  }

  #tellIsolation(): void {
    const problem = this.#filesProblem ?? this.#saveProblem;
    if (problem === undefined) this.#degradations.restore("isolation");
    else this.#degradations.degrade("isolation", problem);
  }

  /** Tells what was worse since the last tick. */
  #pollDegradations(nowMs: number): void {
    this.#degradations.poll(nowMs);
    const stoodMs = this.#standstill.poll();
    if (stoodMs > 0) {
      this.#degradations.occurred(
        "standstill",
        `this process stood still for ${
          (stoodMs / 1_000).toFixed(1)
        } s: stopped, suspended with the machine, or kept ` +
          "from the processor; commands have waited",
        nowMs,
      );
    }
    const demotions = Atomics.load(this.memory.words, fixed.watchdog.demotions.index) >>> 0;
    if (demotions === this.#demotions) return;
    this.#demotions = demotions;
    this.#degradations.occurred(
      "watchdog",
      `the watchdog took the real-time priority of a renderer that held a processor for too long (${demotions} so far): ` +
        "play fewer voices",
      nowMs,
    );
  }

  /** Lets fewer voices sound where the renderers cannot keep up, and more again later. */
  #shed(): void {
    const decision = this.#shedding.observe(
      () => {
        const renderers = this.#supervision.running.map((seat) => this.#pool.load(seat));
        this.#measures.renderTimes.record(renderers);
        return {
          consumed: this.memory.consumed(),
          renderers,
          voices: this.voices().reduce((sum, count) => sum + count, 0),
        };
      },
      performance.now(),
      this.#isSounding,
    );
    if (decision) this.#limitVoices(decision);
  }

  /** Limits the voices to those that the patch may have here. */
  #admitVoices(): void {
    const decision = this.#shedding.admit(this.#patches.maxVoices);
    if (decision) this.#limitVoices(decision);
  }

  #limitVoices(decision: ShedDecision): void {
    if (this.#writeLimit(decision.limit)) this.#reporter.shed(decision, this.memory.consumed() >>> 0);
  }

  /** Returns false when the log is full: then it is decided again. */
  #writeLimit(limit: number): boolean {
    const position = this.#commands.head;
    const isWritten = this.#append(Opcode.shed, limit);
    if (isWritten) this.#shedPosition = position;
    else this.#shedding.forget();
    return isWritten;
  }

  /** An entry of the engine's own, at once. Returns false when the log is full. */
  #append(opcode: number, target: number): boolean {
    if (this.#commands.room === 0) return false;
    this.#commands.append([{ opcode, target, value: 0, extra: 0 }]);
    return true;
  }

  /** Whether the device is to get sound: not before the first block, nor from the end on. */
  get #isPlaying(): boolean {
    return ["running", "silent", "unheard", "waiting for device"].includes(this.#state);
  }

  /** What becomes of the sound while the engine plays. */
  #heard(): control.EngineStatus["state"] {
    if (this.#driver.waiting) return "waiting for device";
    if (this.#soundWatch.silent) return "silent";
    return this.#driver.unheard === undefined ? "running" : "unheard";
  }

  #enter(state: control.EngineStatus["state"]): void {
    if (state === this.#state) return;
    const { log } = this.#options;
    if (state === "waiting for device") {
      this.#degradations.degrade("device", `no device plays: ${this.#driver.device}`, { isLogged: true });
    } else if (state === "running") this.#degradations.restore("device");
    if (state === "silent") log.error("silent: no renderer has a block for the device");
    if (state === "unheard") log.warning(`unheard: it plays, and nobody hears it: ${this.#driver.unheard}`);
    if (this.#state === "silent" && state === "running") log.info("running: renderers are heard again");
    if (this.#state === "unheard" && state === "running") log.info("running: the device is connected");
    this.#state = state;
    this.#reporter.emit({ event: "device", state, device: this.#driver.device });
  }

  /** Logs what the supervision loop found, and passes it on. */
  #report({ events }: Supervised): void {
    const block = this.memory.consumed() >>> 0;
    for (const event of events) {
      if (event.event === "quarantine") this.#recordQuarantine(event);
      if (event.event === "wrong") this.#wrongBlocks += event.blocks;
      if (event.event === "anchor") this.#beginAgain(event);
      const detail = event.event === "fault" ? this.#pool.errorText(event.seat) : "";
      this.#reporter.supervised(event, block, detail);
      this.#options.onEvent?.(event);
    }
  }

  /** What the main isolate remembers of the music follows an anchor. */
  #beginAgain({ entries, withValues }: Extract<SupervisionEvent, { event: "anchor" }>): void {
    this.#pending.clear();
    this.#values.record(entries);
    if (!withValues) this.#values.reset();
    this.#endedNotes.restart();
    this.#streams.restart();
    this.#desk?.restart();
    this.#journal?.disconnect("renderers began again from a new state");
    this.#writer?.cancel();
    if (this.#shedding.limit !== 0) this.#writeLimit(this.#shedding.limit);
  }

  #recordQuarantined(words: QuarantineWords): void {
    this.#quarantinedWords.push(words);
    this.#record("QUAR", new Uint8Array(new Int32Array(words).buffer));
    this.#quarantined++;
  }

  #recordQuarantine({ positions, found }: Extract<SupervisionEvent, { event: "quarantine" }>): void {
    const heard = found ? [found.originBlock, found.block] : [];
    // blocks that were delivered with the command do not lead to the state without it
    if (found) {
      this.#journal?.disconnect("a command that was heard was taken back");
      this.#writer?.cancel();
    }
    positions.forEach((position) => this.#recordQuarantined([position, ...heard]));
    const { processes, log } = this.#options;
    try {
      // at once: the recording is on the disk later, and this process may be lost before that
      if (processes) saveQuarantined(processes.folder, this.#quarantinedWords);
    } catch (error) {
      log.error(`a quarantine cannot be kept for the next control process: ${(error as Error).message}`);
    }
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
    this.#claim?.end(); // from here on: if this process is lost while it stops, no other one begins to play again
    const wasPlaying = this.#isPlaying;
    this.#enter("stopping");
    this.#patches.stop();
    if (wasPlaying) await fadeOut(this.memory);
    this.#stopTicking();
    if (await this.#driver.stop()) this.#exitGuard.close();
    else this.#exitGuard.closeAndKeep(this.memory);
    const remaining = await this.#pool.close(closeMs);
    for (const seat of remaining) {
      this.#options.log.error("thread did not end", { rendererId: this.#pool.incarnation(seat) });
    }
    await this.#realTime.stop();
    await this.#streams.close();
    this.#delivery.poll(true);
    this.#delivery.abandon();
    const summary = this.#sessionSummary;
    const recorded = this.#recorder.close().then(() => true);
    const written = this.#writer?.close(summary).then(() => true);
    const journalled = this.#journal?.close(summary);
    if (written && await within(written, writeMs) === undefined) {
      this.#options.log.error(`the recording is not on the disk after ${writeMs / 1_000} s: its end is lost`);
    }
    if (await within(recorded, writeMs) === undefined) {
      this.#options.log.error(
        `the recording of the sound is not on the disk after ${writeMs / 1_000} s: its end is lost`,
      );
    }
    await journalled;
    this.#state = "stopped";
  }
}

function patchesOf({ continuation, patch }: EngineOptions): readonly LoadedPatch[] {
  return continuation?.patches ?? [{ number: 0, patch }];
}

/** When each output counts as silent; a list that is shorter than the outputs gives the others its last value. */
function silenceLimits({ channels, silenceSeconds, silenceThresholds }: Config): SilenceLimits[] {
  const of = <T>(list: readonly T[], channel: number) => list[Math.min(channel, list.length - 1)];
  return Array.from({ length: channels }, (_, channel) => ({
    threshold: of(silenceThresholds, channel),
    seconds: of(silenceSeconds, channel),
  }));
}

/** Whether renderers and stage play already, started by a control process that was lost. */
function isLiving({ processes }: EngineOptions): boolean {
  return processes !== undefined && processes.epoch > 1;
}

/** Goes on with the recording of the control process before. An error: its file cannot be used any more. */
async function resumeRecording(
  { config }: EngineOptions,
  { wide }: SharedMemory,
  onFailure: (error: Error) => void,
): Promise<ResumedRecording | Error | undefined> {
  if (config.session === undefined) return undefined;
  const from = Number(Atomics.load(wide, fixed.controlProcess.sessionBytes.index));
  try {
    return await SessionWriter.resume(config.session, from, onFailure);
  } catch (error) {
    return error as Error;
  }
}

/** The full log position before the first block that is recorded again. */
function recordingStart(
  { block, position, positionBits }: ResumedRecording,
  head: number,
): { block: number; position: number } | undefined {
  if (block === undefined) return undefined;
  return { block, position: positionBits === 32 ? position : (head - ((head - position) & 0xFFFF)) | 0 };
}
