/** Random patches and scores for property tests, built with the public methods of signals only. */
import fc from "fast-check";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { sine } from "../../modules/oscillators/sine.ts";
import { definePatch, instrument, type Note, type Patch } from "../../modules/patch.ts";
import { cosTurns, exp2, log2, oneMinusExp, sinTurns, tan, tanh } from "../../modules/signal/math.ts";
import { playingModes, stealingRules } from "../../compiler/graph/graph.ts";
import { channel, channels } from "../../modules/signal/channels.ts";
import { DelayLine } from "../../modules/signal/delay_line.ts";
import {
  conditionFeedback,
  feedback,
  integerFeedback,
  seededFeedback,
} from "../../modules/signal/feedback.ts";
import type { Signal } from "../../modules/signal/signal.ts";
import { table } from "../../modules/signal/table.ts";

type S = Signal<"1">;
/** Keeps numbers where neither infinities nor NaNs arise: their bits are not the same everywhere. */
const tame = (signal: S): S => signal.within(-8, 8);

/** Ways to make one signal of three. `number` is a random constant. */
const ways: readonly ((a: S, b: S, c: S, number: number) => S)[] = [
  (a, b) => a.plus(b),
  (a, b) => a.minus(b),
  (a, b) => a.times(b),
  (a, b) => a.over(b.abs().plus(0.25)),
  (a, b) => a.ratio(b.abs().plus(0.5)),
  (a) => a.negated(),
  (a) => a.abs(),
  (a) => a.abs().sqrt(),
  (a, _b, _c, number) => a.times(number).floor(),
  (a, _b, _c, number) => a.times(number).rounded(),
  (a, b) => a.atMost(b),
  (a, b) => a.atLeast(b),
  (a, b) => a.withSignOf(b),
  (a, b) => a.flippedBy(b),
  (a, b, c) => a.isBelow(b).select(c, a),
  (a, b, c) => a.isAtMost(b).and(b.isAbove(c)).select(a, b),
  (a, b, c) => a.isAtLeast(c).or(b.equals(c)).not().select(b, 0.5),
  (a, b) => a.where(b.isAbove(0)),
  (a, _b, _c, number) => a.times(number).toInteger().xor(0x55).and(0xFFF).toFloat().times(1 / 512),
  (a, b) =>
    a.times(99).toInteger().plus(b.times(77).toInteger().shiftLeft(2)).minus(3).and(255).toFloat().times(
      0.01,
    ),
  (a, b) => a.times(50).toInteger().times(b.times(9).toInteger().or(1)).shiftRight(3).toFloat().times(0.001),
  (a) => a.times(1e6).toInteger().shiftRightUnsigned(28).toFloat().times(0.05),
  (a, b) =>
    a.times(5).toInteger().isBelow(b.times(5).toInteger()).selectInteger(1, 2).equals(1).select(0.3, b),
  (a) => sinTurns(a),
  (a) => cosTurns(a),
  (a) => exp2(a.times(0.5)),
  (a) => log2(a.abs()),
  (a) => tan(a.within(0, 1.5)),
  (a) => tanh(a),
  (a) => oneMinusExp(a.abs()),
  (a, _b, _c, number) => feedback(number, (previous) => tame(previous.times(0.9).plus(a.times(0.1)))),
  (a) => integerFeedback(7, (previous) => previous.plus(a.times(1e8).toInteger())).toFloat().times(2 ** -31),
  (a, b) =>
    conditionFeedback(true, (previous) => previous.and(a.isBelow(b)).or(a.isBelow(-1))).select(a, 0.25),
  () => seededFeedback((previous) => previous.times(1_664_525).plus(1_013_904_223)).toFloat().times(2 ** -31),
  (a, b, _c, number) => {
    const line = new DelayLine(60);
    const heard = line.read(Math.abs(Math.round(number * 20))).plus(line.read(b.abs().times(10).toInteger()));
    line.write(tame(a.plus(heard.times(0.4))));
    return heard;
  },
  (a) => table([0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8])(a.times(13).toInteger()),
  // falls into denormals unless they are flushed
  (a) => feedback(1e-10, (previous) => tame(previous.times(0.7).plus(a.times(0)))),
];

/** Ways that only the output has: channels side by side. */
const channelWays: readonly ((a: S, b: S, c: S, number: number) => S)[] = [
  (a, _b, _c, number) => channel(a, Math.abs(Math.round(number * 3)) % 4),
  (a, b, c) => channels(a, b, c),
  (a, b) => channels(channel(b, 1), a),
];

interface Ingredient {
  readonly way: number;
  readonly from: readonly [number, number, number];
  readonly number: number;
}

/** Everything that a random patch is made of. */
export interface Recipe {
  readonly voice: readonly Ingredient[];
  readonly output: readonly Ingredient[];
  readonly voices: number;
  readonly unison: number;
  readonly mode: number;
  readonly steal: number;
  /** Frames after which a loud note gives what is no number; 0: never. */
  readonly poisonFrames: number;
}

const stepsOf = (count: number): fc.Arbitrary<Ingredient[]> =>
  fc.array(
    fc.record({
      way: fc.nat(1_000),
      from: fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100)),
      number: fc.double({ min: -3, max: 3, noNaN: true }),
    }),
    { minLength: 1, maxLength: count },
  );

/** Recipes; what they make differs in every part. */
export const recipes: fc.Arbitrary<Recipe> = fc.record({
  voice: stepsOf(18),
  output: stepsOf(14),
  voices: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 2, max: 5 }) }, fc.integer({ min: 9, max: 12 })),
  unison: fc.integer({ min: 1, max: 2 }),
  mode: fc.constantFrom(0, 0, 1, 2),
  steal: fc.nat(3),
  poisonFrames: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 300 })),
});

function cook(steps: readonly Ingredient[], sources: readonly S[], kinds: typeof ways): S {
  const pool = [...sources];
  for (const { way, from, number } of steps) {
    const [a, b, c] = from.map((index) => pool[index % pool.length]);
    pool.push(tame(kinds[way % kinds.length](a, b, c, number)));
  }
  return pool.slice(-4).reduce((sum, one) => sum.plus(one));
}

/** What a loud note gives after some frames: infinity times a sound that may be anything. */
function poison(sound: S, { velocity }: Note, frames: number): S {
  if (frames === 0) return sound;
  const age = integerFeedback(0, (previous) => previous.plus(1));
  const spoiled = age.toFloat().isAbove(frames).and(velocity.isAbove(0.9));
  return sound.over(spoiled.select(0, 1));
}

/** The patch of a recipe. */
export function patchOf(recipe: Recipe): Patch {
  const { unison, voices } = recipe;
  const mode = playingModes[recipe.mode];
  const parameter = {
    unit: "1",
    min: -2,
    max: 2,
    default: 0.5,
    curve: "linear",
    why: "for testing",
  } as const;
  const both = {
    smooth: { ...parameter, smoothingSeconds: 0.003 },
    sudden: { ...parameter, smoothingSeconds: 0 },
  };
  const voice = (note: Note, p: { smooth: S; sudden: S }) => {
    const sources: S[] = [
      note.frequencyHz.ratio(1_000),
      note.velocity,
      note.spread,
      note.pressure.minus(note.timbre),
      note.trigger.select(1, 0),
      note.gate.select(0.5, -0.5),
      p.smooth,
      p.sudden,
    ];
    // whatever else is in it, the note has to be heard
    const tone = sine({ frequencyHz: note.frequencyHz }).times(note.velocity);
    const sound = poison(cook(recipe.voice, sources, ways).plus(tone), note, recipe.poisonFrames);
    return {
      output: recipe.voices % 2 ? sound : [sound, sound.times(p.smooth)] as const,
      envelope: adsr({
        gate: note.gate,
        trigger: note.trigger,
        attackSeconds: 0.002,
        decaySeconds: 0.004,
        releaseSeconds: 0.03,
      }),
    };
  };
  return definePatch({
    name: "random",
    instruments: {
      one: instrument({
        voices: mode === "poly" ? voices : unison,
        unison,
        mode,
        detuneCents: 15,
        steal: stealingRules[recipe.steal],
        parameters: both,
        voice,
      }),
    },
    parameters: { mix: both },
    output: ({ one }, { mix }, input) =>
      tame(cook(recipe.output, [one, input, mix.smooth, mix.sudden], [...ways, ...channelWays])),
  });
}

/** Something that is done to a patch while it plays. */
export type Event =
  | { readonly do: "on"; readonly id: number; readonly number: number; readonly velocity: number }
  | { readonly do: "off"; readonly id: number }
  | { readonly do: "pedal"; readonly down: boolean }
  | { readonly do: "set"; readonly index: number; readonly value: number }
  | { readonly do: "express"; readonly id: number; readonly kind: number; readonly value: number }
  | { readonly do: "expressAll"; readonly kind: number; readonly value: number }
  | { readonly do: "panic" };

/** An event and the frames that pass after it. */
export interface Step {
  readonly event: Event;
  readonly frames: number;
}

/** Scores that play this number of ids. */
export function scoresOf(ids: number): fc.Arbitrary<readonly Step[]> {
  return fc.array(
    fc.record({
      frames: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 13, max: 120 })),
      event: fc.oneof(
        {
          weight: 8,
          arbitrary: fc.record({
            do: fc.constant("on" as const),
            id: fc.nat(ids - 1),
            number: fc.float({ min: -5, max: 130, noNaN: true }),
            velocity: fc.float({ min: Math.fround(-0.1), max: Math.fround(1.2), noNaN: true }),
          }),
        },
        { weight: 5, arbitrary: fc.record({ do: fc.constant("off" as const), id: fc.nat(ids - 1) }) },
        { weight: 2, arbitrary: fc.record({ do: fc.constant("pedal" as const), down: fc.boolean() }) },
        {
          weight: 2,
          arbitrary: fc.record({
            do: fc.constant("set" as const),
            index: fc.nat(3),
            value: fc.float({ min: -2, max: 2, noNaN: true }),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            do: fc.constant("express" as const),
            id: fc.nat(4),
            kind: fc.nat(3),
            value: fc.float({ min: -2, max: 2, noNaN: true }),
          }),
        },
        {
          weight: 1,
          arbitrary: fc.record({
            do: fc.constant("expressAll" as const),
            kind: fc.nat(3),
            value: fc.float({ min: -2, max: 2, noNaN: true }),
          }),
        },
        { weight: 1, arbitrary: fc.constant({ do: "panic" as const }) },
      ),
    }),
    { minLength: 15, maxLength: 40 },
  );
}

/** Scores of five ids: keys are struck and let go again and again. */
export const scores = scoresOf(5);
