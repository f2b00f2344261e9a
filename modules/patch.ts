/**
 * A patch as its author writes it: instruments, groups of parameters, and one function that mixes the output. Building it
 * gives data ({@link PatchGraph}).
 */
import type { ParameterDeclaration, PatchFormat } from "../compiler/graph/compiled_patch.ts";
import { checkParameter, type ParameterSignals, type ParameterTable } from "./signal/module.ts";
import { sampleNames, withFormat, withUse } from "./signal/build_context.ts";
import { flatten } from "./signal/flatten.ts";
import { PatchError } from "../compiler/graph/patch_error.ts";
import {
  type InstrumentGraph,
  type NoteField,
  noteFields,
  type PatchGraph,
  playingModes,
  type Polyphony,
  stealingRules,
} from "../compiler/graph/graph.ts";
import {
  channelsPerVector,
  maxChannels,
  maxDetuneCents,
  maxInstruments,
  maxUnison,
  maxVoices,
  midiChannels,
  namePattern,
  outputVectors,
} from "../compiler/graph/limits.ts";
import { chokeProblem } from "../compiler/graph/choke_groups.ts";
import { channels } from "./signal/channels.ts";
import { noteToHz } from "./signal/math.ts";
import { outputParameters, outputStage } from "./outputs/output_stage.ts";
import { tuned } from "./tuning/tuned.ts";
import type { LaneType } from "../compiler/graph/operations.ts";
import { patchLocation } from "./signal/patch_location.ts";
import { Condition, constant, Signal } from "./signal/signal.ts";
import { makeNode, type Source } from "./signal/source.ts";
import { checkNames, strictNames } from "./signal/strict_names.ts";
import { reservedInInstruments, reservedNames } from "../compiler/graph/reserved_names.ts";

/** The note that a voice plays. */
export interface Note {
  /** MIDI note number with fraction, including the detuning of a unison. */
  readonly number: Signal<"semitones">;
  /** Its pitch in the tuning that is set, equal temperament by default, A4 = 440 Hz; moved by the bend. */
  readonly frequencyHz: Signal<"Hz">;
  /** Above 0, up to 1. */
  readonly velocity: Signal<"1">;
  /** The note is held, by its key or by the pedal. */
  readonly gate: Condition;
  /** True in the first frame of a note. */
  readonly trigger: Condition;
  /** Place in a unison from -1 to 1; 0 without one. */
  readonly spread: Signal<"1">;
  /** Bend of the note; {@link frequencyHz} includes it, {@link number} does not. */
  readonly bend: Signal<"semitones">;
  /** Pressure on the key while it is held (aftertouch), 0 to 1. */
  readonly pressure: Signal<"1">;
  /** A third dimension, 0 to 1: the place of the finger on the key. */
  readonly timbre: Signal<"1">;
}

/** Left and right of a voice. */
export type Stereo = readonly [left: Signal<"1">, right: Signal<"1">];

/** The output of a voice. */
export interface Voice {
  /** One signal sounds in the middle, at full gain on both sides. */
  readonly output: Signal<"1"> | Stereo;
  /**
   * Multiplies the output. A released voice ends when this is zero, where it must stay; until then the voice costs processor
   * time.
   */
  readonly envelope: Signal<"1">;
  /**
   * True from the frame on in which nothing more will sound although the note may be held, as past the end of a sound file: the
   * voice ends. Omitted: a voice sounds until its note is released.
   */
  readonly done?: Condition;
}

export interface InstrumentDefinition<P extends ParameterTable> extends InstrumentOptions {
  /** Omitted: it has none. */
  readonly parameters?: P;
  readonly voice: (note: Note, parameters: ParameterSignals<P>) => Voice;
}

interface InstrumentOptions extends Partial<Polyphony> {
  /**
   * MIDI channel, 1 to 16, that plays it, as 10 for drums. Omitted: the instruments without one play the free channels in their
   * order, and a single one of them plays all of these.
   */
  readonly midiChannel?: number;
}

/** An instrument whose parameter types have been checked. */
export interface Instrument extends InstrumentOptions {
  readonly parameters?: ParameterTable;
  // deno-lint-ignore no-explicit-any -- the types were checked where it was defined
  readonly voice: (note: Note, parameters: any) => Voice;
  /** File and line of the definition, for error texts. */
  readonly location?: string;
}

/** Defines an instrument; exists so that the types of its parameters reach its voice. */
export function instrument<const P extends ParameterTable = Readonly<Record<never, never>>>(
  definition: InstrumentDefinition<P>,
): Instrument {
  return { ...definition, location: callerLocation() };
}

type GroupTable = Readonly<Record<string, ParameterTable>>;

export interface PatchDefinition<I extends Readonly<Record<string, Instrument>>, G extends GroupTable> {
  readonly name: string;
  /** Channels that the output uses, 2 to 64; 2 by default. */
  readonly channels?: number;
  readonly instruments: I;
  /** Parameters of the output, in groups: `{ master: { gainDb } }` has the address `/master/gainDb`. Omitted: none. */
  readonly parameters?: G;
  /**
   * The mix that is heard: one signal, whose channels are left, right and up to two more; or a list with a signal for each channel
   * in order, of which the first channel counts. Channels beyond the list are silent.
   */
  readonly output: (
    /** Sums of the instruments, left and right in the first two channels. */
    buses: { readonly [K in keyof I]: Signal<"1"> },
    parameters: { readonly [K in keyof G]: ParameterSignals<G[K]> },
    /** The audio input, one channel a lane; zero where there is none. */
    input: Signal<"1">,
  ) => Signal<"1"> | readonly (Signal<"1"> | number)[];
}

/** A patch that can be built for any output format. */
export interface Patch {
  readonly name: string;
  /** @throws {PatchError} */
  readonly build: (format: PatchFormat) => PatchGraph;
}

/** Defines a patch. It is checked when it is built. */
export function definePatch<
  const I extends Readonly<Record<string, Instrument>>,
  const G extends GroupTable = Readonly<Record<never, never>>,
>(definition: PatchDefinition<I, G>): Patch {
  const { name } = definition;
  const location = callerLocation();
  return {
    name,
    build: (format) =>
      located(
        location,
        () =>
          withFormat(
            format,
            () => buildPatch(definition as unknown as PatchDefinition<never, never>, format),
          ),
      ),
  };
}

/** The line that called the calling function of this file; empty when it is unknown. */
function callerLocation(): string {
  const [message, _own, _asking, ...callers] = (new Error().stack ?? "").split("\n");
  return patchLocation([message, ...callers].join("\n"));
}

/**
 * Runs a part of building. An error in it becomes a {@link PatchError} that names a line of the patch file: the line that was
 * running, or else the line of the definition.
 */
function located<T>(definedAt: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const file = definedAt.slice(0, definedAt.lastIndexOf(":") + 1);
    const isNamed = error.message.includes(file);
    if (isNamed && error instanceof PatchError) throw error;
    const running = patchLocation(error.stack);
    const location = running.startsWith(file) ? running : definedAt;
    throw new PatchError(isNamed ? error.message : `${location}: ${error.message}`, { cause: error });
  }
}

const patchKeys: readonly (keyof PatchDefinition<never, never>)[] = [
  "name",
  "channels",
  "instruments",
  "parameters",
  "output",
];
const instrumentKeys: readonly (keyof Instrument)[] = [
  ...["parameters", "voices", "voice", "mode", "unison", "detuneCents", "steal", "chokeGroups"] as const,
  ...["midiChannel", "location"] as const,
];

function buildPatch(definition: PatchDefinition<never, never>, format: PatchFormat): PatchGraph {
  const { name, channels = 2, output } = definition;
  const instruments: Readonly<Record<string, Instrument>> = definition.instruments;
  const groups: GroupTable = definition.parameters ?? {};
  checkName("patch", name, []);
  checkTable("patch", "instruments", instruments);
  checkTable("patch", "parameters", groups);
  checkFunction("patch", "output", output);
  checkNames("definePatch: there is no option", definition, patchKeys);
  if (!Number.isInteger(channels) || channels < 2 || channels > maxChannels) {
    throw new PatchError(`channels: expected 2 to ${maxChannels}, found ${channels}`);
  }
  const count = Object.keys(instruments).length;
  if (count > maxInstruments) {
    throw new PatchError(`instruments: expected at most ${maxInstruments}, found ${count}`);
  }
  const declarations: ParameterDeclaration[] = [];
  const declare = (owner: string, table: ParameterTable, taken: readonly string[]) => {
    const signals: Record<string, Signal> = {};
    const indexes = new Set<number>();
    for (const [key, parameter] of Object.entries(table)) {
      checkName(owner, key, taken);
      checkParameter(`${owner}: ${key}`, parameter);
      const { why, ...rest } = parameter;
      indexes.add(declarations.length);
      signals[key] = parameterSignal(declarations.length, parameter);
      declarations.push({ address: `${owner}/${key}`, description: why, ...rest });
    }
    return { signals: strictNames(signals, `${owner}: there is no parameter`), indexes };
  };
  const built = Object.entries(instruments).map(([key, instrument]): InstrumentGraph => {
    checkName("instrument", key, reservedNames);
    return located(instrument.location ?? "", () => {
      const polyphony = polyphonyOf(key, instrument);
      const { parameters = {}, voice } = instrument;
      checkTable(`instrument ${key}`, "parameters", parameters);
      checkFunction(`instrument ${key}`, "voice", voice);
      checkNames(`instrument ${key}: there is no option`, instrument, instrumentKeys);
      const { signals, indexes } = declare(key, parameters, reservedInInstruments);
      const note = strictNames(noteSignals(), `instrument ${key}: a note has no`);
      const outputs = voiceOutputs(key, voice(note, signals as never));
      const scope = {
        name: `instrument ${key}`,
        forbidden: ["bus", "input", "stream", "lane", "lanes"],
        parameters: indexes,
      } as const;
      const { midiChannel } = instrument;
      return {
        name: key,
        polyphony,
        ...(midiChannel === undefined
          ? {}
          : { midiChannel: checkMidiChannel(key, midiChannel, instruments) }),
        voice: flatten(outputs, scope),
      };
    });
  });
  const owned = new Set<number>();
  const parameters = Object.fromEntries(
    Object.entries(groups).map(([key, table]) => {
      checkName("group", key, reservedNames);
      if (key in instruments) throw new PatchError(`${key}: names an instrument and a group of parameters`);
      checkTable("patch", `parameters: ${key}`, table);
      const { signals, indexes } = declare(key, table, []);
      indexes.forEach((index) => owned.add(index));
      return [key, signals];
    }),
  );
  const buses = Object.fromEntries(
    built.map((
      { name },
      index,
    ) => [name, new Signal(makeNode({ op: "bus", type: "f32", attribute: index }))]),
  );
  const input = format.inputChannels === 0 ? constant(0) : new Signal(makeNode({ op: "input", type: "f32" }));
  const mixed = output(
    strictNames(buses, "output: there is no instrument") as never,
    strictNames(parameters, "output: there is no group of parameters") as never,
    input,
  );
  const given = outputSources(mixed, channels);
  const outputs = format.outputStage && stagedOutputs(given, format, (group, table) => {
    if (group in instruments || group in groups) {
      throw new PatchError(`${group}: an output of the device has this name; choose another one`);
    }
    const { signals, indexes } = declare(group, table, []);
    indexes.forEach((index) => owned.add(index));
    return signals;
  });
  const main = flatten(outputs ?? given, { name: "output", forbidden: ["note"], parameters: owned });
  const samples = [...sampleNames()];
  return {
    ...{ name, parameters: declarations, instruments: built, main, channels },
    ...(outputs ? { channels: Math.max(2, format.channels), ownChannels: channels } : {}),
    ...(samples.length > 0 ? { samples } : {}),
  };
}

/** Throws unless a part of a definition is an object of named entries. */
function checkTable(owner: string, part: string, table: unknown): void {
  if (typeof table === "object" && table !== null && !Array.isArray(table)) return;
  throw new PatchError(`${owner}: ${part}: expected an object, {} for none; found ${found(table)}`);
}

function checkFunction(owner: string, part: string, value: unknown): void {
  if (typeof value !== "function") {
    throw new PatchError(`${owner}: ${part}: expected a function, found ${found(value)}`);
  }
}

function found(value: unknown): string {
  if (value === undefined) return "nothing";
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}

function parameterSignal(index: number, { min, max }: ParameterTable[string]): Signal {
  return new Signal({ ...makeNode({ op: "parameter", type: "f32", attribute: index }), range: { min, max } });
}

function noteSignals(): Note {
  const node = (field: NoteField, type: LaneType) =>
    makeNode({ op: "note", type, attribute: noteFields.indexOf(field) });
  const number = new Signal<"semitones">(node("number", "f32"));
  const bend = new Signal<"semitones">(node("bend", "f32"));
  const part = (field: NoteField) => new Signal<"1">(node(field, "f32")).within(0, 1);
  return {
    number,
    frequencyHz: withUse({ name: "frequency", location: "" }, () => noteToHz(tuned(number).plus(bend))),
    velocity: new Signal(node("velocity", "f32")),
    gate: new Condition(node("gate", "mask")),
    trigger: new Condition(node("trigger", "mask")),
    spread: new Signal(node("spread", "f32")),
    bend,
    pressure: part("pressure"),
    timbre: part("timbre"),
  };
}

function voiceOutputs(name: string, voice: Voice): Source[] {
  const { output, envelope, done } = voice ?? {};
  const sides: readonly unknown[] = Array.isArray(output) ? output : [output, output];
  if (sides.length !== 2 || !sides.every((side) => side instanceof Signal) || !(envelope instanceof Signal)) {
    throw new PatchError(
      `instrument ${name}: expected { output, envelope }: output one signal or left and right, envelope a signal`,
    );
  }
  if (done !== undefined && !(done instanceof Condition)) {
    throw new PatchError(`instrument ${name}: done: expected a condition, found ${found(done)}`);
  }
  const [left, right] = (sides as Signal[]).map((side) => side.times(envelope).source);
  const ends = done === undefined ? [] : [done.select(1, 0).source];
  return [left, output instanceof Signal ? left : right, envelope.source, ...ends];
}

/**
 * The vectors of all outputs of the device, behind their stage.
 *
 * @param declare declares the parameters of an output, in a group, and returns their signals
 */
function stagedOutputs(
  given: readonly Source[],
  { channels, sampleRateHz, outputStage: stage }: PatchFormat,
  declare: (group: string, table: ParameterTable) => Readonly<Record<string, Signal>>,
): Source[] {
  const vectors = Array.from(
    { length: outputVectors(channels) },
    (_, vector) => given[vector] ? new Signal<"1">(given[vector]) : constant(0),
  );
  const parameters = Array.from(
    { length: channels },
    (_, output) => declare(`output${output + 1}`, outputParameters(stage!, output)),
  );
  const staged = withUse(
    { name: "outputStage", location: "" },
    () => outputStage(vectors, parameters, { ...stage!, sampleRateHz }),
  );
  return staged.map(({ source }) => source);
}

/** The vectors of four channels that a patch gives. */
function outputSources(mixed: unknown, channelCount: number): Source[] {
  const silence = constant(0).source;
  const vectors = (first: readonly Source[]) =>
    Array.from({ length: outputVectors(channelCount) }, (_, vector) => first[vector] ?? silence);
  if (mixed instanceof Signal) return vectors([mixed.source]);
  const isSignal = (value: unknown) =>
    value instanceof Signal || (typeof value === "number" && Number.isFinite(value));
  if (!Array.isArray(mixed) || !mixed.every(isSignal)) {
    throw new PatchError(
      `output: expected one signal, or a list with a signal for each channel, found ${
        Array.isArray(mixed) ? `a list with ${found(mixed.find((one) => !isSignal(one)))}` : found(mixed)
      }`,
    );
  }
  if (mixed.length < 1 || mixed.length > channelCount) {
    throw new PatchError(
      `output: expected at most ${channelCount} signals, one for each channel, found ${mixed.length}; ` +
        `set channels to ${Math.max(2, mixed.length)}`,
    );
  }
  return vectors(
    Array.from({ length: outputVectors(mixed.length) }, (_, vector) => {
      const four = mixed.slice(vector * channelsPerVector, (vector + 1) * channelsPerVector);
      return channels(...four).source;
    }),
  );
}

function polyphonyOf(name: string, instrument: Instrument): Polyphony {
  const { mode = "poly", unison = 1, detuneCents = 0, steal = "oldest" } = instrument;
  const { chokeGroups = [] } = instrument;
  const voices = instrument.voices ?? (mode === "poly" ? 16 : unison);
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new PatchError(`instrument ${name}: ${what}`);
  };
  must(playingModes.includes(mode), `mode: expected ${playingModes.join(", ")}, found ${mode}`);
  must(stealingRules.includes(steal), `steal: expected ${stealingRules.join(", ")}, found ${steal}`);
  must(
    Number.isInteger(voices) && voices >= 1 && voices <= maxVoices,
    `voices: expected 1 to ${maxVoices}, found ${voices}`,
  );
  must(
    Number.isInteger(unison) && unison >= 1 && unison <= Math.min(maxUnison, voices),
    `unison: expected 1 to ${Math.min(maxUnison, voices)}, found ${unison}`,
  );
  must(
    detuneCents >= 0 && detuneCents <= maxDetuneCents,
    `detuneCents: expected 0 to ${maxDetuneCents}, found ${detuneCents}`,
  );
  must(
    mode === "poly" || voices === unison,
    `voices: a ${mode} instrument has as many as its unison, ${unison}, found ${voices}`,
  );
  must(
    mode === "poly" || chokeGroups.length === 0,
    `chokeGroups: a ${mode} instrument has one voice to choke`,
  );
  const problem = chokeProblem(chokeGroups);
  must(problem === undefined, `chokeGroups: ${problem}`);
  return {
    ...{ voices, mode, unison, detuneCents, steal },
    ...(chokeGroups.length > 0 ? { chokeGroups } : {}),
  };
}

function checkMidiChannel(
  name: string,
  channel: number,
  instruments: Readonly<Record<string, Instrument>>,
): number {
  if (!Number.isInteger(channel) || channel < 1 || channel > midiChannels) {
    throw new PatchError(
      `instrument ${name}: midiChannel: expected 1 to ${midiChannels}, found ${channel}`,
    );
  }
  const first = Object.entries(instruments).find(([, { midiChannel }]) => midiChannel === channel)![0];
  if (first === name) return channel;
  throw new PatchError(`instrument ${name}: midiChannel: ${first} plays channel ${channel} already`);
}

function checkName(what: string, name: unknown, taken: readonly string[]): void {
  if (typeof name !== "string" || !namePattern.test(name)) {
    throw new PatchError(
      `${what}: expected a name of up to 32 letters and digits that begins with a small letter, found ${
        JSON.stringify(name)
      }`,
    );
  }
  if (taken.includes(name)) throw new PatchError(`${what} ${name}: the server uses this name itself`);
}
