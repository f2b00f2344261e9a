/**
 * Messages between the engine and the operator's page, over the WebSocket `/ui/socket` at the port of OSCQuery. Types and constants
 * alone: the page, the main isolate and the telemetry thread share this file. Texts are JSON objects with a `type`; binary messages
 * are samples, see {@link sampleHeader}. docs/page.md describes the protocol for people.
 *
 * A page opens the socket, gets {@link Hello}, and says what it wants with {@link Want}; whatever it wants it gets until the next
 * {@link Want}. Unknown types and fields are to be ignored by both sides.
 */
import type { ParameterDeclaration } from "../compiler/graph/compiled_patch.ts";
import type { EngineEvent, EngineStatus, RendererRole } from "../engine/control/control.ts";
import type { ShowListView, ShowStatusView } from "../engine/control/show_view.ts";

export type { CueView, RunningCueView, ShowListView, ShowStatusView } from "../engine/control/show_view.ts";

/** Grows when a page of before would misunderstand a message. */
export const protocolVersion = 1;

/** When a message was made. A page that has heard nothing for {@link staleMs} shows that it is stale. */
export interface Moment {
  /** The engine's wall clock. */
  readonly unixMs: number;
  /** Frames that the device has taken since the engine began; it stands still while no sound goes out. */
  readonly frame: number;
}

/** {@link Live} comes at least this often while it is wanted; without it a {@link Beat} does. */
export const staleMs = 1_000;

/* ------------------------------------------------------------------------------------------------ page to engine */

export type PageMessage = Want | Login | OscCommand | FileRequest | ShowTextRequest;

/** What this page shows now; it replaces what it wanted before. Omitted: not wanted. */
export interface Want {
  readonly type: "want";
  /** Meters, renderers, processes and counters: {@link Live} up to this often. */
  readonly liveHz?: number;
  /** {@link Histograms} once a second. */
  readonly histograms?: boolean;
  /** Windows of two channels for oscilloscope and spectrum, as binary messages of the kind `scope`. */
  readonly scope?: { readonly frames: number; readonly hz: number } & WantedPair;
  /** Two channels themselves, as binary messages of the kind `listen`. */
  readonly listen?: { readonly format: SampleFormat } & WantedPair;
  /** OSC messages in and out: {@link OscTraffic}. */
  readonly osc?: { readonly addressContains?: string; readonly senderContains?: string };
  /** Log lines of this level and above: {@link LogLines}, the last {@link maxLogLines} of them at once. */
  readonly log?: LogLevel;
}

/** Which two of the output's channels: this one, from 0 on, and the next, if there is one; omitted: the first two. */
export interface WantedPair {
  readonly firstChannel?: number;
}

/** Bounds of {@link Want}: a number beyond is taken as the bound. */
export const wantBounds = {
  liveHz: { min: 1, max: 30 },
  scopeHz: { min: 1, max: 30 },
  scopeFrames: { min: 64, max: 8_192 },
} as const;

/** States the secret of UNDERSTUDY_OSC_SECRET; answered by {@link Access}, and by {@link OscReply} where it is wrong. */
export interface Login {
  readonly type: "login";
  readonly secret: string;
}

/**
 * A message of OSC, as docs/osc.md lists them (`/note`, `/master/gainDb`, `/panic`, `/engine/failover`, `/engine/fault`, `/patch/load`,
 * `/rec/start` …). It passes the same admission as one over UDP, from a sender of its own; its answers are {@link OscReply}.
 */
export interface OscCommand {
  readonly type: "osc";
  readonly address: string;
  readonly args: readonly OscValue[];
  /** When it sounds, on the engine's wall clock; omitted: at once. */
  readonly unixMs?: number;
}

/** `i` and `f` 32-bit numbers, `d` a double, `s` text, `T` and `F` true and false. */
export type OscValue =
  | { readonly type: "i" | "f" | "d"; readonly value: number }
  | { readonly type: "s"; readonly value: string }
  | { readonly type: "T" | "F" };

/** Asks for {@link Files}. */
export interface FileRequest {
  readonly type: "files";
}

/** Asks for {@link ShowText}. */
export interface ShowTextRequest {
  readonly type: "showText";
}

/* ------------------------------------------------------------------------------------------------ engine to page */

export type EngineMessage =
  | Hello
  | Access
  | PatchMessage
  | Values
  | StatusMessage
  | Live
  | Beat
  | Timeline
  | Histograms
  | OscReply
  | OscTraffic
  | LogLines
  | Files
  | ShowList
  | ShowStatus
  | ShowText
  | Goodbye;

/** The first message of a connection; {@link PatchMessage}, {@link StatusMessage} and {@link Timeline} follow at once. */
export interface Hello extends Moment {
  readonly type: "hello";
  readonly protocol: number;
  readonly version: string;
  readonly hostname: string;
  /** Another number: the engine was started anew since the last connection. */
  readonly runId: string;
  readonly sampleRateHz: number;
  readonly blockFrames: number;
  readonly channels: number;
  /** Names of the outputs in their order; those beyond the list have their number alone. */
  readonly outputNames: readonly string[];
  readonly isolation: EngineStatus["isolation"];
  readonly access: AccessState;
  /** What may be broken on purpose; undefined: faults are not allowed (UNDERSTUDY_FAULTS), or this seat is not on this machine. */
  readonly faults?: { readonly kinds: readonly string[]; readonly targets: readonly string[] };
}

/**
 * `change`: the page may change the sound. `login`: it may after a {@link Login}. `read`: it may not; `reason` says which setting
 * decides.
 */
export interface AccessState {
  readonly seat: "change" | "login" | "read";
  readonly reason: string;
}

/** The right of this page has changed: a login succeeded, failed, or ended. */
export interface Access extends AccessState {
  readonly type: "access";
  /** Why a login was refused; empty: it was not. */
  readonly problem: string;
}

/** The patch that plays. Comes again, whole, when another one plays. */
export interface PatchMessage {
  readonly type: "patch";
  readonly name: string;
  /** By index, as {@link Values} names them. */
  readonly parameters: readonly (ParameterDeclaration & { readonly value: number })[];
  readonly instruments: readonly string[];
  /** Names that `/patch/load` takes without a file. */
  readonly patches: readonly string[];
}

/** Parameters that were set, by this page or anyone: pairs of index and value, each at most once, up to 30 times a second. */
export interface Values {
  readonly type: "values";
  readonly values: readonly (readonly [parameter: number, value: number])[];
}

/** What the engine says about itself, once a second and after every event that changes it. */
export interface StatusMessage extends Moment {
  readonly type: "status";
  readonly status: EngineStatus;
  /** Voices that sound, by instrument. */
  readonly voices: readonly number[];
  /** Why a part is degraded, with the remedy. */
  readonly problems: readonly { readonly part: string; readonly problem: string }[];
  /** The recorder of sound. */
  readonly recorder?: RecorderState;
  /** The session file that is written; empty: none is. */
  readonly session: string;
}

export interface RecorderState {
  readonly state: "off" | "recording" | "failed";
  /** Name of the file, without its folder; empty: nothing was recorded. */
  readonly file: string;
  readonly seconds: number;
  readonly bytes: number;
  /** Frames that the disk was too slow for: silence in the file. */
  readonly lostFrames: number;
  readonly problem: string;
}

/** Out of the shared memory, as often as the page wants. */
export interface Live extends Moment {
  readonly type: "live";
  /** Whether sound goes out at this moment. */
  readonly output: OutputState;
  readonly meters: readonly ChannelMeter[];
  readonly renderers: readonly RendererState[];
  readonly processes: readonly ProcessState[];
  readonly counters: LiveCounters;
  /** Part of its time that the callback took since the last message, 1: all. */
  readonly callbackLoad: number;
}

export interface OutputState {
  /** The device has called within the last 200 ms. */
  readonly isStreaming: boolean;
  /** Blocks come from a renderer; false: they are concealed. */
  readonly isRendered: boolean;
  /** Seconds since a sample was above {@link silenceDb}; undefined: none was yet. */
  readonly silentSeconds?: number;
  /** Renderer id whose block was heard last; 0: none. */
  readonly heardRendererId: number;
}

/** Below this the output counts as silent. */
export const silenceDb = -80;

/**
 * One channel of the output, computed from every sample that the device got, behind the ceiling. Levels in dB of full scale, -200 for
 * nothing. `peakDb` rises at once and falls by 20 dB in 1.7 s (IEC 60268-18); `rmsDb` is a mean over 300 ms, a full-scale sine reads
 * -3; `holdDb` is the largest sample of the last 2 s.
 */
export interface ChannelMeter {
  readonly peakDb: number;
  readonly rmsDb: number;
  readonly holdDb: number;
  /** Largest sample since the engine, or the page's engine thread, began. */
  readonly maxDb: number;
  /** Samples at or beyond full scale, since then. */
  readonly overs: number;
}

/** Levels that are silent are said as this. */
export const floorDb = -200;

export interface RendererState {
  /** Number of its place; there are several for renderers that come and go. */
  readonly seat: number;
  readonly rendererId: number;
  /** `none`: it has no role yet, e.g. it catches up. */
  readonly role: RendererRole | "none";
  readonly state:
    | "starting"
    | "ready"
    | "running"
    | "stopped"
    | "failed"
    | "stale"
    | "trapped"
    | "damaged";
  /** It copies a large state, and is late on purpose. */
  readonly isAway: boolean;
  /** Blocks that it has published beyond the one that the device takes next. */
  readonly blocksAhead: number;
  /** Part of its time that it computes, averaged over a second; 1: it cannot keep up. Undefined: not known. */
  readonly load?: number;
  readonly voices: number;
  /** Kernel id of its thread, or of its process. */
  readonly threadId: number;
  /** SCHED_FIFO priority; 0: the normal class. */
  readonly realTimePriority: number;
  /** Why it was lost: the error that it wrote down. */
  readonly error: string;
}

/** Processes of an engine in processes; in threads this process alone. */
export interface ProcessState {
  readonly name: "control" | "stage" | "launcher" | "renderer";
  readonly pid: number;
  /** Its heartbeat has moved within the last second. Of a launcher: it is there. */
  readonly isAlive: boolean;
  /** Times that it was started in place of a lost one. */
  readonly restarts: number;
  /** Of a renderer. */
  readonly rendererId?: number;
}

/** Numbers that only grow, since the engine began. */
export interface LiveCounters {
  readonly blocks: number;
  readonly callbacks: number;
  readonly rescuedBlocks: number;
  readonly concealedBlocks: number;
  readonly concealedFrames: number;
  readonly outvotedBlocks: number;
  readonly undecidedBlocks: number;
  readonly tornBlocks: number;
  readonly nonFiniteSamples: number;
  readonly overSamples: number;
  readonly limitedSamples: number;
  readonly xruns: number;
}

/** Comes once a second where nothing else does, so that a page knows that it is not stale. */
export interface Beat extends Moment {
  readonly type: "beat";
}

/** At first all entries of the last ten minutes, oldest first; then those that are new, or that have grown (same `id`). */
export interface Timeline extends Moment {
  readonly type: "timeline";
  readonly entries: readonly TimelineEntry[];
}

/** How long entries are kept, in milliseconds, and how many. */
export const timelineMs = 600_000;
export const maxTimelineEntries = 2_000;

export interface TimelineEntry extends Moment {
  /** Grows; an entry with the id of an earlier one replaces it: several of a kind within two seconds are one. */
  readonly id: number;
  readonly kind: TimelineKind;
  readonly severity: "info" | "warning" | "error";
  /** One line for people. */
  readonly text: string;
  /** How many: of blocks, commands, samples … */
  readonly count: number;
  /** The event as the engine emitted it; undefined for what was read from counters. */
  readonly event?: EngineEvent;
}

export type TimelineKind =
  | "fault"
  | "replacement"
  | "role"
  | "rescued"
  | "concealed"
  | "wrong"
  | "late"
  | "refused"
  | "quarantine"
  | "xrun"
  | "over"
  | "patch"
  | "degraded"
  | "restored"
  | "overload"
  | "device"
  | "process"
  | "recording";

/** Counts by duration since the engine began; differences of two messages show the last second. */
export interface Histograms extends Moment {
  readonly type: "histograms";
  /** A block lasts this long: a callback or a renderer that takes longer is late. */
  readonly blockMs: number;
  /** The device's period, in which it calls once; 0: not known. */
  readonly periodMs: number;
  /** How long the callback takes. */
  readonly callbackCost: Histogram;
  /** Time from one call of the callback to the next. */
  readonly callbackInterval: Histogram;
  /** How long renderers take for a block: their load as sampled by the telemetry thread, in milliseconds a block. */
  readonly renderTime: Histogram;
}

export interface Histogram {
  /** Lower edges of the buckets in milliseconds, ascending. Empty buckets at both ends are left out. */
  readonly edgesMs: readonly number[];
  /** As many as there are edges. */
  readonly counts: readonly number[];
}

/** An answer to {@link OscCommand} or {@link Login}: `/done ADDRESS`, `/fail ADDRESS REASON`, `/late …`, or a reply to a question. */
export interface OscReply {
  readonly type: "reply";
  readonly address: string;
  readonly args: readonly (number | string | boolean | null)[];
}

/** Messages that went in or out since the last one, oldest first. */
export interface OscTraffic {
  readonly type: "messages";
  readonly messages: readonly OscLine[];
  /** Messages that were left out, because more came than a page can show. */
  readonly dropped: number;
}

export interface OscLine {
  readonly unixMs: number;
  readonly direction: "in" | "out";
  /** e.g. `127.0.0.1:50123`, `tcp …`, `ws …`, `page …`. */
  readonly peer: string;
  readonly address: string;
  /** Type tags without the comma. */
  readonly types: string;
  /** Arguments as text, secrets left out. */
  readonly args: string;
}

export type LogLevel = "debug" | "info" | "warning" | "error";

export interface LogLines {
  readonly type: "log";
  readonly lines: readonly LogLine[];
  readonly dropped: number;
}

/** Log lines that a page gets when it begins to want them. */
export const maxLogLines = 500;

export interface LogLine {
  readonly unixMs: number;
  readonly level: LogLevel;
  readonly text: string;
  /** Properties of the line, e.g. role and block. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** Recordings and sessions, newest first. */
export interface Files {
  readonly type: "files";
  readonly files: readonly FileEntry[];
}

export interface FileEntry {
  readonly kind: "recording" | "session";
  readonly name: string;
  readonly bytes: number;
  readonly unixMs: number;
  /** Sound in it; undefined: not known. */
  readonly seconds?: number;
  /** It is still written. */
  readonly isOpen: boolean;
  /** Path at this server from which it is downloaded, e.g. `/recordings/take-1.wav`; undefined: it cannot be. */
  readonly path?: string;
}

/** The cues of the show; at first, and after each load and edit. */
export interface ShowList {
  readonly type: "showList";
  /** Null: no show is loaded. */
  readonly list: ShowListView | null;
}

/** What of the show runs; after each {@link ShowList} with a show, and when it changes, at most 20 times a second. */
export interface ShowStatus {
  readonly type: "showStatus";
  readonly status: ShowStatusView;
}

/** The text of the show as it was loaded or edited last: the answer to {@link ShowTextRequest}. */
export interface ShowText {
  readonly type: "showText";
  /** Of the {@link ShowListView} that this text makes. */
  readonly revision: number;
  /** Empty: no show is loaded. */
  readonly text: string;
}

/** The engine ends, or turns this page away; the socket closes after it. */
export interface Goodbye {
  readonly type: "goodbye";
  readonly reason: string;
}

/* ------------------------------------------------------------------------------------------------------- samples */

export type SampleFormat = "f32" | "s16";

/**
 * A binary message begins with this header, little-endian; interleaved samples follow at byte 24. Of `scope`, `frames` frames that end
 * with the newest that is known; of `listen`, frames in order: where `firstFrame` is not the end of the message before, frames are
 * missing (the page was too slow, or the engine's ring was lost), and the listener plays silence for them.
 */
export const sampleHeader = {
  bytes: 24,
  /** u8, see {@link sampleKinds}. */
  kind: 0,
  /** u8, see {@link sampleFormats}. */
  format: 1,
  /** u16. */
  channels: 2,
  /** u32. */
  frames: 4,
  /** f64: number of the first frame, as {@link Moment.frame} counts. */
  firstFrame: 8,
  /** u32. */
  sampleRateHz: 16,
  /** u32: frames of this stream lost before this message, in all. */
  lostFrames: 20,
} as const;

export const sampleKinds = { scope: 1, listen: 2 } as const;

/** `f32`: 1 at full scale; `s16`: 32,767, rounded, without dither. */
export const sampleFormats = { f32: 0, s16: 1 } as const;
