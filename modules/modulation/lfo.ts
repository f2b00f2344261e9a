import { defineModule } from "../signal/module.ts";
import { nextRandom, signedUnit } from "../oscillators/random.ts";
import { sinOfTurn } from "../signal/math.ts";
import { signedTurns, turnsPerStep } from "../oscillators/phase.ts";
import { feedback, integerFeedback, seededFeedback } from "../signal/feedback.ts";
import { type Condition, constant, type Integer, type Signal } from "../signal/signal.ts";
import { unity } from "../signal/unity.ts";

/** `randomStep` jumps to a new level in every period, `randomSmooth` takes the period to get there. */
export const lfoShapes = ["sine", "triangle", "saw", "square", "randomStep", "randomSmooth"] as const;
export type LfoShape = typeof lfoShapes[number];

/** A slow wave from -1 to 1 that moves other things. Not band-limited: it is not meant to be heard. */
export const lfo = defineModule({
  name: "lfo",
  summary: "a slow wave that moves other things: sine, triangle, saw, square, or at random",
  source: "phase of 32 bits; random: Marsaglia's xorshift, smoothed by 3x² − 2x³ (Hermite)",
  inputs: {
    trigger: {
      kind: "condition",
      optional: true,
      why:
        "begins a period, at phaseTurns; left out, it runs freely from the note's or the patch's beginning",
    },
  },
  parameters: {
    rateHz: {
      unit: "Hz",
      min: 0.001,
      max: 100,
      default: 2,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "periods in a second: a breath of a quarter of an hour at the lower end, a buzz at the upper",
    },
    phaseTurns: {
      ...unity,
      default: 0,
      why: "where in its period it begins; two of them a quarter apart move in a circle",
    },
  },
  options: { shape: "sine" as LfoShape },
  process: ({ trigger, rateHz, phaseTurns }, { shape }, { sampleRateHz, reject }) => {
    if (!lfoShapes.includes(shape)) {
      reject("shape", `expected one of ${lfoShapes.join(", ")}, found ${shape}`);
    }
    const step = rateHz.ratio(sampleRateHz).times(1 / turnsPerStep).toInteger();
    const count = { phase: constant(0).toInteger() };
    integerFeedback(0, (previous) => {
      count.phase = trigger.selectInteger(0, previous);
      return count.phase.plus(step);
    });
    // half a turn in 31 bits, so that a whole one does not saturate
    const phase = count.phase.plus(phaseTurns.times(2 ** 31).toInteger().shiftLeft(1));
    const turns = signedTurns(phase);
    switch (shape) {
      case "sine":
        return sinOfTurn(turns);
      case "triangle":
        return constant(1).minus(turns.abs().minus(0.25).abs().times(4)).flippedBy(turns);
      case "saw":
        return turns.times(2);
      case "square":
        return constant(1).flippedBy(turns);
      default:
        return wander(phase, trigger, shape === "randomSmooth");
    }
  },
});

/** A new level each time the phase passes the end of its period or restarts. */
function wander(phase: Integer, trigger: Condition, smooth: boolean): Signal<"1"> {
  // whole turns lie at the ends of the signed range, where an integer becomes smaller
  const place = phase.plus(-(2 ** 31));
  let passed = trigger;
  integerFeedback(2 ** 31 - 1, (before) => {
    // forwards only: turning phaseTurns back passes no end
    passed = trigger.or(place.isBelow(before).and(place.minus(before).isBelow(0).not()));
    return place;
  });
  const random = seededFeedback((before) => passed.selectInteger(nextRandom(before), before));
  const aim = signedUnit(random);
  if (!smooth) return aim;
  const way = place.toFloat().times(turnsPerStep).plus(0.5);
  const bend = way.squared().times(constant(3).minus(way.times(2)));
  const state = { from: constant(0) };
  return feedback(0, (level) => {
    feedback(0, (before) => state.from = passed.select(level, before));
    return state.from.plus(aim.minus(state.from).times(bend));
  });
}
