/**
 * The layout of a patch's memory. The whole state is one stretch between the engine's region and the input, so a snapshot is
 * one copy; scratch buffers, which hold nothing from one call to the next, come after the output.
 */
import { endedNotesKept, hostRegionBytes, type PatchFormat } from "../graph/compiled_patch.ts";
import { type SampleBank, type SamplePlace, samplePlaces } from "../graph/sample_bank.ts";
import { PatchError } from "../graph/patch_error.ts";
import { expressions, type Graph, noteFields, type PatchGraph, type Polyphony } from "../graph/graph.ts";

/** Largest arena, in MiB: every renderer has one, and every snapshot is a copy of it. */
const maxArenaMiB = 256;

/** Frames between two flushes of the states, a power of two; also the frames of one pass before the next pass begins. */
export const flushFrames = 32;

/** Values of one group that passes can spill at one time, each a vector for every frame of a pass. */
export const maxSpills = 16;

/** A stretch of the arena, for the compiler and for people. */
export interface Region {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/** Size and fields of a parameter's record, in bytes. */
export const parameterRecord = {
  bytes: 32,
  current: 0,
  target: 4,
  step: 8,
  remaining: 12,
  ramp: 16,
} as const;

/** Offsets of the fields of a group of four voices, one vector each; the voice's states follow. */
export const voiceField = {
  ...Object.fromEntries(noteFields.map((name, index) => [name, index * 16])) as Record<
    typeof noteFields[number],
    number
  >,
  alive: noteFields.length * 16,
  level: noteFields.length * 16 + 16,
  gain: noteFields.length * 16 + 32,
  gainTarget: noteFields.length * 16 + 48,
  gainStep: noteFields.length * 16 + 64,
  id: noteFields.length * 16 + 80,
  age: noteFields.length * 16 + 96,
  held: noteFields.length * 16 + 112,
  /** Expression of the note alone; the note's fields hold its sum with that of the instrument. */
  own: noteFields.length * 16 + 128,
  states: noteFields.length * 16 + 128 + expressions.length * 16,
} as const;

/** Keys that a mono instrument remembers to come back to. */
export const noteStackLength = 32;

/** Bytes of an instrument's own words: pedal, keys held, expression, and for each key id, number, velocity. */
export const instrumentWords = {
  bytes: 32 + noteStackLength * 12,
  pedal: 0,
  keys: 4,
  expression: 8,
  stack: 32,
} as const;

/** One instrument's part of the arena. */
export interface InstrumentPlaces {
  readonly words: number;
  readonly groups: number;
  readonly groupCount: number;
  readonly groupBytes: number;
  readonly lines: number;
  readonly lineBytes: number;
  /** Offset of each line inside a group's lines. */
  readonly lineOffsets: readonly number[];
  readonly tables: readonly number[];
  /** Sum of the voices, left and right in the first lanes. */
  readonly bus: number;
}

/** Offsets of all regions, in bytes. */
export interface ArenaPlan {
  readonly regions: readonly Region[];
  readonly bytes: number;
  /** Frames rendered since the beginning, wrapping. */
  readonly clock: number;
  readonly seed: number;
  /** Notes begun since the beginning, wrapping. */
  readonly notes: number;
  readonly poisoned: number;
  /** Notes that ended since the beginning, wrapping; behind it, from 16 bytes on, the last of them: instrument and id. */
  readonly endedNotes: number;
  readonly parameters: number;
  readonly instruments: readonly InstrumentPlaces[];
  readonly mainStates: number;
  readonly mainLines: readonly number[];
  readonly mainTables: readonly number[];
  /** In the memory of samples: left and right of each, as nodes name them. */
  readonly samples: readonly SamplePlace[];
  readonly input: number;
  readonly output: number;
  /** Buses of the streams in rows; see `streamLoad`. */
  readonly streams: number;
  /** Ramps of the parameters in the block, one f32 a frame each. */
  readonly ramps: number;
  /** Output of the four voices of one group: left, then right. */
  readonly voiceScratch: number;
  /** Spilled values, for two groups side by side. */
  readonly spill: number;
  /** Sums of all groups of one instrument, lane by lane: left, then right. */
  readonly sums: number;
}

/** Most voices that an instrument has beside those that it plays, for those that fade out beneath a new note. */
export const maxSpareVoices = 8;

/** Voices in memory: those that play, and spare ones where a note can take another's voice. */
export function slotsOf({ voices, mode }: Pick<Polyphony, "voices" | "mode">): number {
  return mode === "poly" ? voices + Math.min(voices, maxSpareVoices) : voices;
}

/** Ring length of a delay line: a power of two that holds the longest delay and the frame being written. */
export function ringFrames(frames: number): number {
  return 2 ** Math.ceil(Math.log2(frames + 1));
}

/** Lanes that the main mix of a patch uses, whose delay lines hold as many. */
export function lanesOf(channels: number): 2 | 4 {
  return channels === 2 ? 2 : 4;
}

/** Bytes of one frame of a line of so many lanes; a voice has four. */
export function lineStride(lanes: 2 | 4): number {
  return lanes * 4;
}

/** Plans the arena. Throws {@link PatchError} when it would be too large. */
export function planArena(patch: PatchGraph, format: PatchFormat, samples?: SampleBank): ArenaPlan {
  const { maximumBlockFrames, channels, inputChannels } = format;
  const regions: Region[] = [{ name: "engine", offset: 0, bytes: hostRegionBytes }];
  let end = hostRegionBytes;
  const reserve = (name: string, bytes: number): number => {
    const offset = end;
    if (bytes > 0) regions.push({ name, offset, bytes });
    end += Math.ceil(bytes / 16) * 16;
    return offset;
  };
  const tablesOf = (name: string, { tables }: Graph) =>
    tables.map((values, index) => reserve(`${name}: table ${index}`, values.length * 4));
  const clock = reserve("clock, seed, counters", 16);
  const endedNotes = reserve("notes that ended", 16 + endedNotesKept * 8);
  const parameters = reserve("parameters", patch.parameters.length * parameterRecord.bytes);
  const instruments = patch.instruments.map(({ name, polyphony, voice }) => {
    const groupCount = Math.ceil(slotsOf(polyphony) / 4);
    const groupBytes = voiceField.states + voice.states.length * 16;
    let lineBytes = 0;
    const lineOffsets = voice.lines.map(({ frames }) => {
      const offset = lineBytes;
      lineBytes += ringFrames(frames) * lineStride(4);
      return offset;
    });
    return {
      words: reserve(`${name}: pedal and keys`, instrumentWords.bytes),
      groups: reserve(`${name}: voices`, groupCount * groupBytes),
      groupCount,
      groupBytes,
      lines: reserve(`${name}: delay lines`, groupCount * lineBytes),
      lineBytes,
      lineOffsets,
      tables: tablesOf(name, voice),
    };
  });
  const mainStates = reserve("output: states", patch.main.states.length * 16);
  const mainLines = patch.main.lines.map(({ frames }, index) =>
    reserve(`output: delay line ${index}`, ringFrames(frames) * lineStride(lanesOf(patch.channels)))
  );
  const mainTables = tablesOf("output", patch.main);
  // slack: vectors are read and written where the last frame has fewer channels
  const input = reserve("input", maximumBlockFrames * inputChannels * 4 + 16);
  const output = reserve("output", maximumBlockFrames * channels * 4 + 16);
  const streams = reserve("streams", busRows(patch.main, format) * maximumBlockFrames * channels * 4);
  const ramps = reserve("scratch: ramps", patch.parameters.length * maximumBlockFrames * 4);
  const frameVectors = maximumBlockFrames * 16;
  const voiceScratch = reserve("scratch: four voices", frameVectors * 2);
  const spill = reserve("scratch: spilled values", 2 * maxSpills * flushFrames * 16);
  const sums = reserve("scratch: sums", frameVectors * 2);
  const withBuses = instruments.map((places, index) => ({
    ...places,
    bus: reserve(`scratch: bus ${patch.instruments[index].name}`, frameVectors),
  }));
  if (end > maxArenaMiB * 2 ** 20) {
    const { name, bytes } = regions.reduce((one, other) => other.bytes > one.bytes ? other : one);
    throw new PatchError(
      `needs ${mebibytes(end)} MiB of memory, at most ${maxArenaMiB} are possible; the most, ${
        mebibytes(bytes)
      } MiB, is for ${name}: shorten delays or have fewer voices`,
    );
  }
  return {
    regions,
    bytes: Math.ceil(end / 65_536) * 65_536,
    clock,
    seed: clock + 4,
    notes: clock + 8,
    poisoned: clock + 12,
    endedNotes,
    parameters,
    instruments: withBuses,
    mainStates,
    mainLines,
    mainTables,
    samples: samples ? samplePlaces(samples) : [],
    input,
    output,
    streams,
    ramps,
    voiceScratch,
    spill,
    sums,
  };
}

/** Rows of the buses that a graph hears, each laid out as the output is. */
function busRows({ nodes }: Graph, { channels }: Pick<PatchFormat, "channels">): number {
  return Math.ceil(busesOf(nodes) / channels);
}

/** Buses up to the last one that nodes hear. */
export function busesOf(nodes: Graph["nodes"]): number {
  return nodes.reduce((most, { op, attribute }) => op === "stream" ? Math.max(most, attribute + 1) : most, 0);
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
