/**
 * The file of a show, declared once: the types of authors and of the program, the JSON Schema of editors and the tables of
 * docs/shows.md all derive from these schemas. A cue is an object with exactly one of the names of {@link cueSchemas}, whose value
 * is what the cue acts on: `{ "play": "rain.wav" }` is a whole cue.
 */
import { z } from "zod";
import { timecodeRateNames } from "../../timecode/timecode.ts";

/** Most cues of a show, those in groups counted. */
export const maxCues = 10_000;

/** Groups in groups. */
export const maxGroupDepth = 16;

/** Longest time that a field takes, in seconds: a day. */
const maxSeconds = 86_400;

/** Buses of the engine. */
const maxBuses = 64;

/** Most input channels. */
const maxInputs = 8;

/** Most channels of a sound file. */
const maxFileChannels = 64;

/** How a level or a value goes from one to another. */
const curves = ["linear", "s-curve", "equal-power", "decibel"] as const;
export type Curve = typeof curves[number];

/** What follows a cue by itself. */
const continuations = ["none", "auto-continue", "auto-follow"] as const;
export type Continuation = typeof continuations[number];

const groupModes = ["simultaneous", "sequence", "playlist", "random"] as const;
export type GroupMode = typeof groupModes[number];

const colours = ["none", "red", "orange", "yellow", "green", "blue", "purple", "grey"] as const;

const seconds = z.number().min(0).max(maxSeconds);
const levelDb = z.number().min(-120).max(12);
const channel = z.int().min(1).max(maxFileChannels);
const text = (max: number) => z.string().max(max);
const word = text(64).regex(
  /^(?!__proto__$)[^\s/][^/]*$/,
  "a name without slashes that does not begin with a space",
);

/** Liberal: a number is the same as its text. */
const cueNumber = z.union([
  text(40).regex(/^(?!__proto__$)[^\s/](.*\S)?$/, "a number such as 12.5, or a name"),
  z.number(),
])
  .transform(String);
const target = cueNumber;
const targetOrAll = z.union([z.literal("all"), cueNumber]);
const curve = z.enum(curves);

const routeSchema = z.strictObject({
  output: word.describe("name of an output"),
  gainDb: levelDb.default(0).describe("gain of the route, dB"),
  from: channel.optional().describe("channel of the file; omitted: each"),
  to: channel.optional().describe("channel of the output; omitted: the same as that of the file"),
});

/** Names of outputs or routings, or routes. */
const outputsSchema = z.union([
  word.transform((name) => [name]),
  z.array(z.union([word, routeSchema])).max(256),
]);

const sliceSchema = z.strictObject({
  startSeconds: seconds,
  endSeconds: seconds,
  count: z.union([z.int().min(1).max(1_000_000), z.literal("forever")]).default(1),
});

/** A number, a word, a truth value; `{ "float": 1 }` where a whole number must be sent as a float. */
const oscArgument = z.union([z.number(), text(1_024), z.boolean(), z.strictObject({ float: z.number() })]);

const passes = z.union([z.int().min(1).max(1_000_000), z.literal("forever")]);

/** Days of the week, as they are written. */
export const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** What starts a cue besides GO. */
const triggerSchema = z.union([
  z.strictObject({
    clock: text(8).regex(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, "a time of day such as 20:00 or 20:00:30")
      .describe(
        "time of day of the machine's clock and time zone",
      ),
    days: z.array(z.enum(weekdays)).min(1).max(7).optional().describe("omitted: every day"),
  }),
  z.strictObject({
    timecode: text(11).regex(/^\d{2}:\d{2}:\d{2}[:;.]\d{2}$/, "a timecode such as 01:00:00:00").describe(
      "when the timecode that is chased passes this",
    ),
  }),
  z.strictObject({
    midiNote: z.int().min(0).max(127).describe("a key is pressed; 60 is middle C"),
    midiChannel: z.int().min(1).max(16).optional().describe("omitted: any"),
  }),
  z.strictObject({
    midiProgram: z.int().min(0).max(127).describe("a program change, counted from 0"),
    midiChannel: z.int().min(1).max(16).optional().describe("omitted: any"),
  }),
  z.strictObject({ silent: word.describe("name of an input: it has been silent for its silentSeconds") }),
  z.strictObject({
    sounds: word.describe("name of an input that was silent: it is back for its soundSeconds"),
  }),
]);
export type Trigger = z.output<typeof triggerSchema>;

/** Fields of every cue. */
const sharedFields = {
  number: cueNumber.optional().describe("by which other cues and remotes name it; unique"),
  name: text(200).optional().describe("shown in the list; omitted: made of what the cue does"),
  notes: text(4_000).optional().describe("for the operator"),
  colour: z.enum(colours).default("none").describe("in the list"),
  armed: z.boolean().default(true).describe("a cue that is not armed keeps its waits and does nothing else"),
  preWaitSeconds: seconds.default(0).describe("from its start to what it does"),
  postWaitSeconds: seconds.default(0).describe(
    "auto-continue: from what it does to the next cue; auto-follow: from its end to the next cue",
  ),
  continue: z.enum(continuations).default("none").describe("whether the next cue starts by itself"),
  triggers: z.array(triggerSchema).max(64).optional().describe(
    "what starts it besides GO: a time of day, a timecode, a key or a program of MIDI, an input that falls silent or is back",
  ),
};

/** Each kind of cue: what it does, and its fields. The field with the name of the kind is what it acts on. */
export const cueSchemas = {
  play: cue("plays a sound file", {
    play: text(1_024).min(1).describe("sound file; its path counts from the folder of the show"),
    startSeconds: seconds.default(0).describe("place in the file at which it begins"),
    endSeconds: seconds.optional().describe(
      "place in the file at which it ends; omitted: the end of the file",
    ),
    loops: passes.default(1).describe("passes from start to end"),
    slices: z.array(sliceSchema).max(7).default([]).describe(
      "parts of the file with a count of passes each, in their order; what lies between them plays once",
    ),
    rate: z.number().min(0.25).max(4).default(1).describe("speed and pitch; 2 is an octave up"),
    levelDb: levelDb.default(0).describe("level at its start, dB"),
    fadeInSeconds: seconds.default(0).describe("from silence to its level"),
    fadeOutSeconds: seconds.default(0).describe("when it is stopped before its end"),
    curve: curve.default("s-curve").describe("of both fades"),
    outputs: outputsSchema.optional().describe(
      "outputs, routings or routes; omitted: the first output, or channels 1 and 2 of a show without any",
    ),
  }),
  note: cue("plays a note of the patch", {
    note: z.number().min(0).max(127).describe(
      "MIDI note, 60 is middle C; a fraction is a part of a semitone",
    ),
    velocity: z.number().min(0).max(1).default(0.8).describe("0 to 1"),
    instrument: word.optional().describe("of the patch; omitted: its first"),
    seconds: seconds.default(1).describe("from its beginning to its release"),
  }),
  patch: cue("loads a patch", {
    patch: text(1_024).min(1).describe("name of a ready patch, or a patch file beside the show"),
  }),
  fade: cue("moves the level of a cue, or a parameter", {
    fade: z.union([text(200).regex(/^\/./), cueNumber]).describe(
      "number of the cue whose level it moves, or address of a parameter, such as /keys/cutoffHz",
    ),
    toDb: levelDb.optional().describe("level of a cue at its end, dB"),
    to: z.number().optional().describe("value of a parameter at its end"),
    seconds: seconds.default(5).describe("its length"),
    curve: curve.default("s-curve").describe("its curve"),
    thenStop: z.boolean().default(false).describe("whether it stops its cue at its end"),
  }),
  start: cue("starts a cue", {
    start: target.describe("number of the cue that it starts; the playhead stays"),
  }),
  stop: cue("stops a cue, or all", {
    stop: targetOrAll.describe("number of the cue that it stops, or all"),
    seconds: seconds.optional().describe("fade; omitted: fadeOutSeconds of each cue that is stopped"),
  }),
  pause: cue("pauses a cue, or all", {
    pause: targetOrAll.describe("number of the cue that it pauses, or all"),
  }),
  resume: cue("resumes a cue, or all", {
    resume: targetOrAll.describe("number of the cue that it resumes, or all"),
  }),
  wait: cue("lasts, and does nothing else", { wait: seconds.describe("seconds") }),
  goTo: cue("moves the playhead", {
    goTo: target.describe("number of the cue to which the playhead moves; it is not started"),
  }),
  group: cue("starts cues together, one after the other, or one of them", {
    // each is read by itself, so that a mistake in it is told in its own words
    group: z.array(z.unknown()).min(1).max(maxCues).describe("its cues"),
    mode: z.enum(groupModes).default("simultaneous").describe(
      "all at once; one after the other; a playlist; one at random, none again before all have played",
    ),
    loops: passes.default(1).describe("rounds of a playlist"),
    shuffle: z.boolean().default(false).describe("whether each round of a playlist has an order of its own"),
    crossfadeSeconds: seconds.default(0).describe("of a playlist: overlap of a sound with the next"),
  }),
  osc: cue("sends an OSC message", {
    osc: text(1_024).regex(/^\/[^\s#*,?[\]{}]*$/, "an address that begins with /").describe("OSC address"),
    arguments: z.array(oscArgument).max(64).default([]).describe(
      'whole numbers are sent as integers, others and { "float": 1 } as floats',
    ),
    to: word.optional().describe("name of a destination; omitted: the only one with a host"),
  }),
  midi: cue("sends a MIDI message", {
    midi: z.array(z.int().min(0).max(255)).min(1).max(4_096).describe("bytes of one message"),
    to: word.optional().describe("name of a destination; omitted: the only one with a MIDI port"),
  }),
  timecode: cue("sends linear timecode", {
    timecode: text(11).regex(/^\d{2}:\d{2}:\d{2}[:;.]\d{2}$/, "a timecode such as 01:00:00:00").describe(
      "with which it begins",
    ),
    rate: z.enum(timecodeRateNames).default("25").describe("frames a second; df: drop-frame"),
    seconds: seconds.optional().describe("its length; omitted: until it is stopped, 12 hours at most"),
    levelDb: levelDb.default(-12).describe("peak, dB of full scale"),
    outputs: outputsSchema.optional().describe("outputs, routings or routes that carry it"),
  }),
  devamp: cue("lets a cue leave its loop", {
    devamp: target.describe("number of the cue that leaves its loop at the end of the pass that plays"),
    thenStop: z.boolean().default(false).describe("whether that cue stops there"),
  }),
  arm: cue("arms a cue", { arm: target.describe("number of the cue that it arms") }),
  disarm: cue("disarms a cue", { disarm: target.describe("number of the cue that it disarms") }),
  memo: cue("does nothing; a line for the operator", {
    memo: text(4_000).describe("what the operator does or looks out for"),
  }),
};

export type CueKind = keyof typeof cueSchemas;
export const cueKinds = Object.keys(cueSchemas) as CueKind[];

function cue<T extends z.ZodRawShape>(does: string, fields: T) {
  return z.strictObject({ ...fields, ...sharedFields }).describe(does);
}

/** One output: buses of the engine, from 1 on, in the order of its channels. */
const outputSchema = z.union([
  z.array(z.int().min(1).max(maxBuses)).min(1).max(maxBuses).transform((buses) => ({ buses, gainDb: 0 })),
  z.strictObject({
    buses: z.array(z.int().min(1).max(maxBuses)).min(1).max(maxBuses).describe(
      "buses of the engine, from 1 on",
    ),
    gainDb: levelDb.default(0).describe("gain of all routes to it, dB"),
  }),
]);

const destinationSchema = z.union([
  z.strictObject({
    host: text(253).min(1).describe("name or address of the machine"),
    port: z.int().min(1).max(65_535).describe("UDP port"),
  }),
  z.strictObject({ midiPort: text(256).min(1).describe("port of the sound server") }),
]);

/** An audio input whose silence starts cues. */
const inputSchema = z.strictObject({
  channels: z.array(z.int().min(1).max(maxInputs)).min(1).max(maxInputs).describe(
    "input channels, from 1 on; it is silent where all of them are",
  ),
  thresholdDb: z.number().min(-90).max(0).default(-50).describe(
    "level below which a channel is silent, dB of full scale; direct current counts as silence",
  ),
  silentSeconds: z.number().min(0.1).max(maxSeconds).default(10).describe("silence after which it is silent"),
  soundSeconds: z.number().min(0).max(maxSeconds).default(2).describe(
    "sound after which it is back; pauses up to half a second count as sound",
  ),
});
export type WatchedInput = z.output<typeof inputSchema>;

/** Everything of a show but its cues, which are read one by one. */
export const showSchema = z.strictObject({
  $schema: text(1_024).optional().describe("for editors"),
  name: text(200).default("").describe("of the show"),
  notes: text(40_000).optional().describe("for the operator"),
  patch: text(1_024).optional().describe(
    "ready patch or patch file at the beginning; omitted: that of the engine",
  ),
  goGuardSeconds: z.number().min(0).max(60).default(0.3).describe("a second GO within this time is ignored"),
  panicSeconds: z.number().min(0).max(60).default(2).describe(
    "fade of panic; a second panic within it is silent at once",
  ),
  seed: z.int().min(0).max(2 ** 32 - 1).default(1).describe(
    "of everything random: the same seed gives the same show",
  ),
  outputs: z.record(word, outputSchema).default({}).describe("named outputs"),
  routings: z.record(word, z.array(routeSchema).max(256)).default({}).describe("named lists of routes"),
  inputs: z.record(word, inputSchema).default({}).describe("audio inputs whose silence starts cues"),
  destinations: z.record(word, destinationSchema).default({}).describe("to which OSC and MIDI are sent"),
  cues: z.array(z.unknown()).max(maxCues).default([]).describe("the list"),
});

type CueOutput<K extends CueKind> = z.output<typeof cueSchemas[K]> & { readonly kind: K };

/** A group with its cues. */
export interface GroupCue extends Omit<CueOutput<"group">, "group"> {
  readonly group: readonly Cue[];
}

/** One cue as the program sees it, with every default. */
export type Cue = GroupCue | { [K in Exclude<CueKind, "group">]: CueOutput<K> }[Exclude<CueKind, "group">];

/** A group as an author writes it. */
export interface GroupInput extends Omit<z.input<typeof cueSchemas["group"]>, "group"> {
  readonly group: readonly CueInput[];
}

/** One cue as an author writes it. */
export type CueInput =
  | GroupInput
  | { [K in Exclude<CueKind, "group">]: z.input<typeof cueSchemas[K]> }[Exclude<CueKind, "group">];

/** A show as the program sees it. */
export type Show = Omit<z.output<typeof showSchema>, "cues"> & { readonly cues: readonly Cue[] };

/** A show as an author writes it. */
export type ShowInput = Omit<z.input<typeof showSchema>, "cues"> & { readonly cues: readonly CueInput[] };

export type Route = z.output<typeof routeSchema>;
