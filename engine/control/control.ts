import type { ParameterDeclaration } from "../../compiler/graph/compiled_patch.ts";
import type { ShowControl } from "./show_control.ts";
import type { ShowStatusView } from "./show_view.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import type { LoadedGraph } from "../../compiler/graph/checked_graph.ts";
import type { Expression } from "../../compiler/graph/graph.ts";

export type { Expression } from "../../compiler/graph/graph.ts";

/** The engine's public face: everything that OSC, the command line and the dashboard may ask of it. */
export interface EngineControl {
  /** Parameters of the patch that plays; another list after another patch was loaded. */
  readonly parameters: readonly ParameterDeclaration[];
  /** Names of the instruments; commands name one by its index. */
  readonly instruments: readonly string[];
  /** MIDI channels, 1 to 16, that instruments declare, by their index; omitted: none does. */
  readonly midiChannels?: readonly (number | null)[];
  /**
   * Puts all commands into the sealed log at once, so that one block hears them together.
   *
   * @param time when they sound; omitted: at the next block that is not yet sealed
   * @param sender where they come from, by which the places of commands that wait for their time are shared; omitted: this
   *   program itself
   * @throws {CommandRefusedError} when nothing was appended: the log or the pending queue is full
   */
  submit(commands: readonly Command[], time?: CommandTime, sender?: string): Submission;
  /** Resolves once everything submitted before has been handed to the device. */
  settled(): Promise<void>;
  status(): EngineStatus;
  /** Parts that are worse than they should be now, and why, with the remedies. */
  problems(): readonly DegradedProblem[];
  /** Counters and distributions for a monitor, which asks every few seconds. */
  measures(): EngineMeasures;
  /** Session descriptions (SDP) of the streams of RTP that are sent; empty where there are none. */
  sessionDescriptions(): readonly string[];
  /** The value that a parameter, by its index, was last given; one with a time counts from then on. */
  parameterValue(parameter: number): number | undefined;
  /** Voices that sound now, by instrument, counted every 20 ms; empty where the patch cannot tell. */
  voices(): readonly number[];
  /** Peaks of the output for one reader, which closes it when it is done. */
  openMeter(): Meter;
  /** Gives every event to the listener, in order. Returns a function that ends it. */
  observe(listener: (event: EngineEvent) => void): () => void;
  /**
   * Records what the device gets to a file in the folder of the recordings, from the next block on. Resolves when that block is
   * known.
   *
   * @param name of the file, with or without its ending; omitted: the time
   * @throws {CommandRefusedError} when something is being recorded, and an error that says why the file cannot be made
   */
  startRecording(name?: string): Promise<RecordingBegun>;
  /** Ends the recording after the last block that the device has taken. Throws {@link CommandRefusedError} where nothing is recorded. */
  stopRecording(): Promise<RecordingEnded>;
  /**
   * Opens a sound file of the folder of streams and keeps its beginning, or a place in it, in memory. Resolves when a player can begin
   * there at once.
   *
   * @param frame place in the file, at the engine's rate; omitted: its beginning
   * @throws {CommandRefusedError} with the remedy
   */
  armStream(name: string, frame?: number): Promise<ArmedFile>;
  /** Lets go of a file. Throws {@link CommandRefusedError} where it is not armed, or a player has it. */
  disarmStream(name: string): void;
  /** Files that players can begin at once. */
  readonly armedStreams: readonly ArmedFile[];
  /** Players of streams that have a file. */
  readonly players: readonly PlayerStatus[];
  /**
   * The frame that the device takes at a moment, counted as in the views of a show.
   *
   * @throws {CommandRefusedError} for a moment more than a day ahead
   */
  frameAt(time: CommandTime): number;
  /** The show that plays; undefined: none is loaded. */
  readonly show: ShowControl | undefined;
  /**
   * Plays the show of a file from its beginning, in place of any other; what that plays is stopped.
   *
   * @returns warnings, each with its place
   * @throws {CommandRefusedError} with all mistakes, each with its place: a show before plays on
   */
  loadShow(file: string): Promise<readonly string[]>;
  /** Planned switch: the standby becomes primary and the primary standby. Throws {@link CommandRefusedError} without a standby. */
  failover(): void;
  /** Breaks a renderer on purpose. Throws {@link CommandRefusedError} unless faults are allowed by configuration. */
  injectFault(kind: FaultKind, role: FaultTarget): void;
  /**
   * Exchanges the patch while the old one plays: it is rehearsed in a thread of its own, given to every renderer, and asked
   * for by a command in the log, so that all change in the same frame. State of the same name and shape goes on.
   *
   * @returns warnings of its rehearsal: it plays beyond full scale, or gives direct current
   * @throws {CommandRefusedError} when it is too slow, too large, or not sound; the old patch plays on
   */
  loadPatch(patch: LoadedGraph, samples?: SampleBank): Promise<readonly string[]>;
  /**
   * Sets how far renderers run ahead of the device; the sound goes on. 0: as configured, or as far as the device's period needs.
   *
   * @throws {CommandRefusedError} with the least and the most that this device and these rings allow
   */
  setLookahead(blocks: number): void;
  /** Fades out and ends the engine; resolves when the device is closed and every thread is gone. */
  stop(): Promise<void>;
}

export type Command =
  | {
    readonly kind: "noteOn";
    readonly instrument: number;
    readonly id: number;
    readonly number: number;
    readonly velocity: number;
  }
  | { readonly kind: "noteOff"; readonly instrument: number; readonly id: number }
  | { readonly kind: "pedal"; readonly instrument: number; readonly down: boolean }
  /** Moves a note while it sounds, or all of an instrument, also those to come, when `id` is omitted. */
  | {
    readonly kind: "express";
    readonly instrument: number;
    readonly id?: number;
    readonly what: Expression;
    readonly value: number;
  }
  /**
   * Fades out the notes of an instrument with the ids from `firstId` on, `ids` of them, whether held or released. Release them
   * first: keys that are held stay so.
   */
  | { readonly kind: "silence"; readonly instrument: number; readonly firstId: number; readonly ids: number }
  | { readonly kind: "panic" }
  /** Drops everything submitted before that still waits for its time; only without a time of its own. */
  | { readonly kind: "clear" }
  | { readonly kind: "set"; readonly parameter: number; readonly value: number }
  | PlayerCommand;

/** What a player of streams does, from 0 on. Frames are those of the engine's rate. */
export type PlayerCommand = { readonly kind: "player"; readonly player: number } & PlayerAction;

export type PlayerAction =
  /** Puts a file on the player, in place of any other: paused at its beginning, without slices and routes. */
  | { readonly what: "open"; readonly file: number; readonly channels: number }
  /** Adds a slice, from the end of the one before to a frame; it is played so often, 0: until `devamp`. */
  | { readonly what: "slice"; readonly endFrame: number; readonly count: number }
  | { readonly what: "seek"; readonly frame: number }
  /** Opens or closes what is heard within some frames; one that is closed goes on, stops, or pauses. */
  | {
    readonly what: "gate";
    readonly open: boolean;
    readonly frames: number;
    readonly then?: "stop" | "pause";
    /** Whether it is open up to the end of its frames; omitted: it opens or closes evenly. */
    readonly holds?: boolean;
  }
  | {
    readonly what: "level";
    readonly gain: number;
    readonly frames: number;
    /** Omitted: linear. */
    readonly curve?: FadeCurveName;
  }
  | { readonly what: "rate"; readonly rate: number; readonly frames: number }
  /** A channel of the file to a bus, both from 0 on. */
  | {
    readonly what: "route";
    readonly channel: number;
    readonly bus: number;
    readonly gain: number;
    readonly frames: number;
  }
  /** The slice that plays is played to its end for the last time. */
  | { readonly what: "devamp" };

/** How a level goes from one to another. */
export const fadeCurves = ["linear", "s-curve", "equal-power", "decibel"] as const;
export type FadeCurveName = typeof fadeCurves[number];

/** A file whose beginning is in memory. */
export interface ArmedFile {
  /** By which commands name it. */
  readonly number: number;
  readonly name: string;
  readonly channels: number;
  /** Length at the engine's rate. */
  readonly frames: number;
}

/** A player that has a file. */
export interface PlayerStatus {
  /** From 0 on. */
  readonly player: number;
  readonly name: string;
  readonly state: "paused" | "playing";
  readonly seconds: number;
  readonly lengthSeconds: number;
  /** Blocks in which it was silent because the file was not read in time. */
  readonly lateBlocks: number;
}

/** Whether a value lies in a range. A bound that was rounded to 32 bits on its way, as in a packet, is inside. */
export function isInRange(
  { min, max }: { readonly min: number; readonly max: number },
  value: number,
): boolean {
  return value >= Math.min(min, Math.fround(min)) && value <= Math.max(max, Math.fround(max));
}

/** Commands of a score that sound together, at a frame counted from its start. */
export interface ScoreEvent {
  readonly frame: number;
  readonly commands: readonly Command[];
}

/**
 * A moment in milliseconds with fraction, on the wall clock since 1970 or on the system's monotonic clock, which no step
 * of the wall clock moves; the engine maps it to a frame.
 */
export type CommandTime = { readonly unixMs: number } | { readonly monotonicMs: number };

export interface Submission {
  /** How late the commands are in milliseconds; 0 when they are in time. Late commands sound at once. */
  readonly lateMs: number;
}

/** No part of the request was carried out; the message says why, in words for the sender. */
export class CommandRefusedError extends Error {
  override readonly name = "CommandRefusedError";
}

/** Peaks of the output for one reader. */
export interface Meter {
  /** The largest magnitude of each channel since the last call, 1 at full scale. */
  drain(): readonly number[];
  close(): void;
}

/** Something that happened in the engine. */
export type EngineEvent =
  /** A renderer was lost. */
  | {
    readonly event: "fault";
    readonly cause: FaultCause;
    readonly role: RendererRole;
    readonly rendererId: number;
    readonly block: number;
  }
  /** A renderer took a role. */
  | { readonly event: "role"; readonly role: RendererRole; readonly rendererId: number }
  /** Renderers are in lockstep again: how many, and how long after the fault. */
  | { readonly event: "lockstep"; readonly renderers: number; readonly afterMs: number }
  /** No renderer is in lockstep: sound is concealed. */
  | { readonly event: "alone" }
  /** All renderers are late. */
  | { readonly event: "overload" }
  /** At most `limit` voices may sound from now on, 0: all; fewer than before under overload, more when there is room again. */
  | { readonly event: "shed"; readonly limit: number; readonly voices: number }
  /** Commands on which every renderer broke are skipped permanently. */
  | { readonly event: "quarantine"; readonly commands: number }
  /** Blocks were heard as a broken renderer had made them, the first of them `block`: no vote was possible. */
  | { readonly event: "wrong"; readonly block: number; readonly blocks: number }
  /** Commands were refused since the last such event, at most one a second: there was no room for them. */
  | { readonly event: "refused"; readonly commands: number }
  /** Renderers run ahead of the device by another number of blocks: the latency is another. */
  | { readonly event: "lookahead"; readonly blocks: number; readonly latencyMs: number }
  /** No renderer could go on: they begin again with the untouched state of the patch, and what waited for its time is gone. */
  | { readonly event: "anchor"; readonly block: number; readonly withValues: boolean }
  /** The engine's state or its device has changed. */
  | { readonly event: "device"; readonly state: EngineStatus["state"]; readonly device: string }
  /** An output, from 1 on, has given no sound for this long, and what it gives instead. */
  | {
    readonly event: "outputSilent";
    readonly output: number;
    readonly kind: SilenceKind;
    readonly seconds: number;
  }
  /** An output that was silent for this long gives sound again. */
  | { readonly event: "outputSound"; readonly output: number; readonly seconds: number }
  /** The state on the disk is kept, or is not kept any more, and why. */
  | { readonly event: "journal"; readonly state: JournalState; readonly problem: string }
  /** A part is worse than it should be, and why, with the remedy; `restored`: it is as it should be again. */
  | ({ readonly event: "degraded" } & DegradedProblem)
  | { readonly event: "restored"; readonly part: DegradedPart }
  /** A recording of the sound has begun: its file, its first block, and seconds since the engine or its session began. */
  | ({ readonly event: "recStart" } & RecordingBegun)
  /** A recording of the sound has ended; a problem says why it ended before it was asked to. */
  | ({ readonly event: "recStop" } & RecordingEnded)
  /** Frames of a recording, from `seconds` after its beginning on, are silence: the disk was too slow. */
  | { readonly event: "recLost"; readonly path: string; readonly seconds: number; readonly frames: number }
  /** A player, from 0 on, has got a file. */
  | { readonly event: "streamOpen"; readonly player: number; readonly name: string }
  /** A player has come to the end of its file, or was stopped. */
  | { readonly event: "streamEnd"; readonly player: number; readonly name: string }
  /** A player was silent for so many blocks up to a place in its file: it was not read in time. */
  | {
    readonly event: "streamLate";
    readonly player: number;
    readonly name: string;
    readonly blocks: number;
    readonly seconds: number;
  }
  /** The show has changed: what runs, at most 20 times a second; or its list, to another revision. */
  | { readonly event: "showStatus"; readonly status: ShowStatusView }
  | { readonly event: "showList"; readonly revision: number }
  /** A cue, by its key, began what it does, has ended, or was stopped, at a frame counted from the first block of the engine. */
  | {
    readonly event: "showCue";
    readonly key: string;
    readonly what: "begins" | "ends" | "stops";
    readonly frame: number;
  }
  /** Something that the operator of the show should know. */
  | { readonly event: "showNotice"; readonly text: string }
  /** The patch played beyond full scale since the last such event, at most one a second: samples, and the loudest. */
  | { readonly event: "over"; readonly samples: number; readonly peakDb: number }
  /** Another patch plays, with parameters and instruments of its own. */
  | { readonly event: "patch"; readonly patch: string }
  /** No voice plays this note any more: it faded away, or its voices were taken for other notes. */
  | { readonly event: "noteEnd"; readonly instrument: number; readonly id: number }
  /** The last note of an instrument has faded away. */
  | { readonly event: "silent"; readonly instrument: number }
  /** A parameter, by its index, has another value. */
  | { readonly event: "parameter"; readonly parameter: number; readonly value: number };

/**
 * The state on the disk, for the next start: `off`: none is kept; `starting`: nothing is there yet; `current`: a restart goes
 * on from it; `failed`: it is not written, see the log.
 */
export type JournalState = "off" | "starting" | "current" | "failed";

/**
 * Parts that can be worse than they should be: `recording`: the session is not written any more; `recorder`: the recording of the sound
 * has ended before it was asked to, or has lost frames; `state`: the state on the disk is not
 * kept; `device`: none plays; `realTime`: the system does not grant all rights; `watchdog`: it took a renderer's priority away;
 * `isolation`: files of the processes are missing or cannot be written; `clients`: packets, answers or connections were lost;
 * `standstill`: the process did not run; `streams`: a file was not read in time, or its reader was lost; `output`: one gives no sound for longer than UNDERSTUDY_SILENCE_SECONDS.
 */
export type DegradedPart =
  | "recording"
  | "recorder"
  | "state"
  | "device"
  | "realTime"
  | "watchdog"
  | "isolation"
  | "clients"
  | "standstill"
  | "streams"
  | "output";

/** Why a part is worse than it should be, with the remedy. */
export interface DegradedProblem {
  readonly part: DegradedPart;
  readonly problem: string;
}

/**
 * What an output gives instead of sound: `digital`: every sample is zero; `dc`: direct current, a level that stands still; `level`:
 * less than the threshold.
 */
export type SilenceKind = "digital" | "dc" | "level";

/** What an output gives, as far as it is watched; `off`: it is not. */
export type OutputState = "sound" | SilenceKind | "off";

/** The session file: `off`: none was asked for; `current`: it is written; `ended`: it is not written any more, see the log. */
export type RecordingState = "off" | "current" | "ended";

/** A recording of the sound that has begun. */
export interface RecordingBegun {
  readonly path: string;
  /** Number of its first block. */
  readonly block: number;
  /** From the beginning of the engine, or of its session, to that block. */
  readonly seconds: number;
}

/** A recording of the sound that has ended. */
export interface RecordingEnded {
  readonly path: string;
  readonly seconds: number;
  /** Empty: it was asked to. */
  readonly problem: string;
}

/** The recording of the sound; after its end, the last one. */
export interface RecorderStatus {
  /** `failed`: the last recording ended before it was asked to. */
  readonly state: "off" | "recording" | "failed";
  readonly file: string;
  /** In the file. */
  readonly seconds: number;
  readonly bytes: number;
  /** Silence in the file, because the disk was too slow. */
  readonly lostFrames: number;
  /** Sound that waits for the disk. */
  readonly waitingSeconds: number;
  /** Why it failed. */
  readonly problem: string;
}

export const faultKinds = ["kill", "throw", "trap", "hang", "stall", "slow", "oom", "corrupt"] as const;
export type FaultKind = typeof faultKinds[number];

/**
 * `both`: primary and standby. `all`: the following spare too, so that only the snapshot is left. `control`: the control process,
 * where it is a process of its own. `reader`: the thread that reads streams.
 */
export const faultTargets = ["primary", "standby", "spare", "both", "all", "control", "reader"] as const;
export type FaultTarget = typeof faultTargets[number];

export const roles = ["primary", "standby", "spare"] as const;
export type Role = typeof roles[number];

/** The role of a renderer that falls; `reserve` waits behind the roles. */
export type RendererRole = Role | "reserve";

/** Why a renderer was lost. */
export type FaultCause =
  | "exit"
  | "throw"
  | "trap"
  | "oom"
  | "hang"
  | "late"
  | "divergence"
  | "stale"
  | "start";

/** The roles that a fault hits. */
export function rolesOf(target: FaultTarget): readonly Role[] {
  if (target === "control" || target === "reader") return [];
  if (target === "all") return roles;
  return target === "both" ? ["primary", "standby"] : [target];
}

/** Which place the engine has on a loaded machine. */
export interface RealTimeStatus {
  /** Real-time priority of the audio callback; 0: the normal class. */
  readonly callback: number;
  /** Lowest real-time priority of the renderers in lockstep; 0: the normal class. */
  readonly renderers: number;
  /** Nice value of the main isolate and of the Workers that it starts. */
  readonly mainIsolate: number;
  readonly memoryLocked: boolean;
  /** What the system does not grant, separated by spaces: callback, rtprio, nice, memlock; see `understudy doctor`. */
  readonly missing: string;
  /** Times that the watchdog returned a renderer to the normal class. */
  readonly demotions: number;
}

/** Packets of RTP since the streams were opened. */
export interface RtpStatus {
  /** Sent, of all streams and legs. */
  readonly packets: number;
  /** That the system refused. */
  readonly failedPackets: number;
  /** Frames that were due longer ago than half the lookahead, and were not sent. */
  readonly skippedFrames: number;
  /** That left later than the time that a packet holds. */
  readonly latePackets: number;
  readonly longestLateMs: number;
  /** The common clock less the times that are sent by. */
  readonly clockErrorMs: number;
  /** Steps of the common clock, and those that the times of packets have followed. */
  readonly clockSteps: number;
  readonly jumps: number;
  /** Packets of the input that came, and those that came by no leg in time. */
  readonly inputPackets: number;
  readonly inputLostPackets: number;
}

export interface EngineStatus {
  /**
   * `silent`: something should play, and the device gets concealed blocks, because no renderer has any; `unheard`: it plays, and
   * nobody can hear it, see {@link EngineStatus.unheard}.
   */
  readonly state:
    | "starting"
    | "running"
    | "silent"
    | "unheard"
    | "waiting for device"
    | "stopping"
    | "stopped";
  /** Why nobody hears what plays, with the remedy: there is no device, or nothing is connected to it; empty: somebody can. */
  readonly unheard: string;
  readonly driver: "jack" | "portaudio" | "rtp" | "clock";
  readonly device: string;
  /** Frames that the device takes at once; 0: not known yet. */
  readonly periodFrames: number;
  /** Times that the device was lost. */
  readonly deviceLosses: number;
  /** Attempts to open the lost device again; 0 while it plays. */
  readonly deviceAttempts: number;
  /** Frames that the clock took while there was no device: nobody heard them. */
  readonly unheardFrames: number;
  /** What became of the packets; omitted where sound is not sent as RTP. */
  readonly rtp?: RtpStatus;
  readonly patch: string;
  readonly sampleRateHz: number;
  readonly blockFrames: number;
  readonly lookaheadBlocks: number;
  /** From a command to the device's output: the lookahead and the latency that the device states. */
  readonly latencyMs: number;
  /** The same with the lead that renderers really had in the last second. */
  readonly measuredLatencyMs: number;
  readonly block: number;
  /** Renderer id that holds each role, or 0. */
  readonly rendererIds: Readonly<Record<Role, number>>;
  /** Renderers whose last compared block was that of another; one that catches up is not among them. */
  readonly agreeingRenderers: number;
  /** Renderers in lockstep: each plays what the others play, or is the only one. */
  readonly renderersInLockstep: number;
  /** Voices that sound now. */
  readonly voices: number;
  /** Voices that may sound; 0: all that the patch has. */
  readonly voiceLimit: number;
  readonly rescuedBlocks: number;
  readonly concealedFrames: number;
  /** Blocks that were heard as a broken renderer had made them, because the others were not in time to outvote it. */
  readonly wrongBlocks: number;
  /** What each output gives, by its number from 1 on: not sound once it was silent for longer than it may. */
  readonly outputs: Readonly<Record<string, OutputState>>;
  /** Seconds since the last sound of each output, by its number. */
  readonly silentSeconds: Readonly<Record<string, number>>;
  /** Names of outputs, by their number; without those that have none. */
  readonly outputNames: Readonly<Record<string, string>>;
  /** Numbers of outputs that lead nowhere, separated by spaces: no cable, or no channel of the device. */
  readonly unpatched: string;
  readonly nonFiniteSamples: number;
  /** Samples that the patch made beyond full scale, before the ceiling. */
  readonly overSamples: number;
  /** Samples that the ceiling made smaller. */
  readonly limitedSamples: number;
  /** Level that no sample of the output exceeds, in dB of full scale. */
  readonly ceilingDb: number | "off";
  /** Captured samples that were not finite or far beyond full scale, and were taken as silence. */
  readonly refusedInputSamples: number;
  /** Voices that were silenced because they gave numbers that are not finite. */
  readonly poisonedVoices: number;
  readonly lateCommands: number;
  /** Commands that wait for their time. */
  readonly waitingCommands: number;
  /** Commands that were refused because the log, or the places of those that wait, were full. */
  readonly refusedCommands: number;
  /** Commands on which every renderer broke, and which are skipped permanently. */
  readonly quarantinedCommands: number;
  readonly journal: JournalState;
  readonly recording: RecordingState;
  /** The recording of the sound to a file that can be played. */
  readonly rec: RecorderStatus;
  /** Parts that are worse than they should be, separated by spaces; `/event/degraded` and the log say why. */
  readonly degraded: string;
  /** Times that the process stood still, and for how long in all. */
  readonly standstills: number;
  readonly standstillMs: number;
  /** Players of streams that have a file, and blocks in which one was silent because its file was not read in time. */
  readonly players: number;
  readonly lateStreamBlocks: number;
  readonly outputUnderflows: number;
  readonly replacements: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly callbackLoad: number;
  /** Time since something called for sound, and since the supervisor looked at the renderers. */
  readonly callbackAgeMs: number;
  readonly supervisionAgeMs: number;
  /** Whether renderers and the callback are threads of this process, or processes of their own. */
  readonly isolation: "threads" | "processes";
  /** Frames that passed while no stage process played. */
  readonly lostFrames: number;
  /** Stage and control processes that were started in place of one that was lost. */
  readonly stageRestarts: number;
  readonly controlRestarts: number;
  readonly realTime: RealTimeStatus;
}

/** How often something took how long. */
export interface Distribution {
  /** Upper bounds of the buckets, ascending. */
  readonly boundsSeconds: readonly number[];
  /** One for each bound, not cumulative, and one for everything beyond. */
  readonly counts: readonly number[];
  /** Of all of it. */
  readonly sumSeconds: number;
}

/** What a monitor reads besides the status. Nothing of it ever falls. */
export interface EngineMeasures {
  /** Counters of the callback by their names in `engine/memory/layout.ts`. */
  readonly counters: Readonly<Record<string, number>>;
  /** Time in a call of the callback, and from one call to the next; omitted in the first second, when the clock is not known. */
  readonly callbackDuration?: Distribution;
  readonly callbackInterval?: Distribution;
  readonly longestCallbackSeconds?: number;
  readonly longestIntervalSeconds?: number;
  /** Processor time that a renderer takes for a block, as a mean over a tenth of a second. */
  readonly renderTime: Distribution;
}

/** Bend in semitones, pressure and timbre as parts of the whole. */
export const expressionRanges: Readonly<Record<Expression, { readonly min: number; readonly max: number }>> =
  {
    bend: { min: -48, max: 48 },
    pressure: { min: 0, max: 1 },
    timbre: { min: 0, max: 1 },
  };
