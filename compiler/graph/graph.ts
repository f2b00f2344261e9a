/**
 * A patch as data. The builder writes it, the process that evaluates a patch file sends it, the compiler reads it. It is
 * plain JSON: nodes are named by index, and arguments come before their users.
 */
import type { ParameterDeclaration } from "./compiled_patch.ts";
import type { LaneType, OperationName } from "./operations.ts";

/** The place of a module in a patch, for error texts and pictures. */
export interface ModuleUse {
  /** Module name; the patch's own signals count as one use named `patch`. */
  readonly name: string;
  /** File and line of the patch that called it, e.g. `organ.ts:12`; empty when unknown. */
  readonly location: string;
}

/** Facts of a voice's note. Constant between two commands, except `trigger`. */
export const noteFields = [
  "number",
  "velocity",
  "gate",
  "trigger",
  "spread",
  "bend",
  "pressure",
  "timbre",
] as const;
export type NoteField = typeof noteFields[number];

/** Controls of a sounding note, in the order of the note's fields and of the numbers in commands. */
export const expressions = ["bend", "pressure", "timbre"] as const;
export type Expression = typeof expressions[number];

/** Facts of a sample that the compiler knows: whole numbers of frames, then floats; then the places of its tables. */
export const sampleFacts = [
  "frames",
  "loopStart",
  "loopEnd",
  "sampleRateHz",
  "rootNote",
  "levels",
  "loopAt",
  "level0At",
  "level0LoopAt",
  "level1At",
  "level1LoopAt",
  "level2At",
  "level2LoopAt",
] as const;
export type SampleFact = typeof sampleFacts[number];

/** The type of the node that gives a fact. */
export function sampleFactType(fact: SampleFact): LaneType {
  return fact === "sampleRateHz" || fact === "rootNote" ? "f32" : "i32";
}

/**
 * One value per lane.
 *
 * | op | arguments | attribute |
 * |---|---|---|
 * | a name in `operations` | as declared there | shift distance |
 * | `constant` | | the value |
 * | `parameter` | | index into the patch's parameters |
 * | `note` | | index into {@link noteFields}; voices only |
 * | `bus` | | index of an instrument; its sum, left and right in the first lanes; main only |
 * | `input` | | 0: the audio input, one channel a lane; main only |
 * | `stream` | | a bus of the streams, one signal in all lanes, from 0 on; main only |
 * | `state` | | index of a state; its value from the frame before |
 * | `read` | frames ago (i32, 1 up to the line's length) | index of a line |
 * | `table` | index (i32, inside the table) | index of a table |
 * | `sample` | frame (i32, silence outside of the file) | index of a sample, times 4, plus 2 for its tables, plus 1 for the right side |
 * | `sampleFact` | | index of a sample, times the number of {@link sampleFacts}, plus index into them; the compiler knows it |
 * | `lane` | value | lane that all lanes get; main only |
 * | `lanes` | one value a lane | 0; main only |
 */
export interface GraphNode {
  readonly op: OperationName | SourceName;
  readonly type: LaneType;
  readonly args: readonly number[];
  readonly attribute: number;
  /** Index into {@link Graph.uses}. */
  readonly use: number;
}

export type SourceName =
  | "constant"
  | "parameter"
  | "note"
  | "bus"
  | "input"
  | "stream"
  | "state"
  | "read"
  | "table"
  | "sample"
  | "sampleFact"
  | "lane"
  | "lanes";

/** A delay of one frame. */
export interface GraphState {
  readonly type: LaneType;
  readonly initial: number;
  /** An i32 whose initial value is drawn from the seed, the note and the lane; `initial` distinguishes several. */
  readonly seeded: boolean;
  /** Node that becomes the value of the next frame. */
  readonly next: number;
}

/** A delay line: a ring of frames; every lane reads its own. */
export interface GraphLine {
  /** Longest delay that is read. */
  readonly frames: number;
  /** Node that is written at the end of each frame. */
  readonly write: number;
  /** By which another patch finds it again, in the output; omitted: its place among the lines. */
  readonly name?: string;
}

/** One fused function: a voice, or the main mix. */
export interface Graph {
  readonly uses: readonly ModuleUse[];
  readonly nodes: readonly GraphNode[];
  readonly states: readonly GraphState[];
  readonly lines: readonly GraphLine[];
  /** Read-only numbers, shared by all voices. */
  readonly tables: readonly (readonly number[])[];
  /**
   * Voices: left, right, envelope, and where a voice can be over while its note is held, a number that is not zero from the frame
   * on in which it is. Main: the output, four channels each, one a lane.
   */
  readonly outputs: readonly number[];
}

/** Rules by which an instrument turns notes into voices. */
export interface Polyphony {
  readonly voices: number;
  readonly mode: PlayingMode;
  /** Voices that play each note together. */
  readonly unison: number;
  /** Distance between the outermost voices of a unison, in cents. */
  readonly detuneCents: number;
  readonly steal: StealingRule;
  /** Groups of whole MIDI notes; each note fades out the others of its group. Omitted: none. */
  readonly chokeGroups?: readonly (readonly number[])[];
}

/** `mono` plays one note at a time and restarts each; `legato` restarts only notes that do not overlap. */
export const playingModes = ["poly", "mono", "legato"] as const;
export type PlayingMode = typeof playingModes[number];

/** The voice that a note takes when none is free. Released voices are taken first; `none` drops the note instead. */
export const stealingRules = ["oldest", "quietest", "lowest", "none"] as const;
export type StealingRule = typeof stealingRules[number];

export interface InstrumentGraph {
  readonly name: string;
  readonly polyphony: Polyphony;
  /** MIDI channel, 1 to 16, that plays it; omitted: by the order of the instruments. */
  readonly midiChannel?: number;
  readonly voice: Graph;
}

/** A whole patch, made for one output format. */
export interface PatchGraph {
  readonly name: string;
  readonly parameters: readonly ParameterDeclaration[];
  readonly instruments: readonly InstrumentGraph[];
  readonly main: Graph;
  /** Channels of the patch: `main` has an output for every four of them. With two it uses two lanes, otherwise all. */
  readonly channels: number;
  /** Channels that the author wrote, where a stage for all outputs follows; omitted: all. */
  readonly ownChannels?: number;
  /** Names of the sound files that it plays; omitted: none. */
  readonly samples?: readonly string[];
}
