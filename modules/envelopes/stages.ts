/**
 * An envelope as stages that follow each other. Each goes from the current level to a target, in its own time and along its own
 * curve. Times are counted in 31 bits: a minute ends within 0.05 %, and no level is too small to move.
 */
import { exp2 } from "../signal/math.ts";
import { feedback, integerFeedback } from "../signal/feedback.ts";
import { type Condition, constant, type Integer, type Signal } from "../signal/signal.ts";

/** Progress at the end of a stage. */
const whole = 2 ** 31;

/** The stages of an envelope. The functions get the stage that plays, lane by lane. */
export interface Stages {
  readonly trigger: Condition;
  /** When it becomes false, {@link released} begins, unless it or a later stage plays. */
  readonly gate: Condition;
  /** Part of the stage that a frame takes. */
  readonly pace: (stage: Integer) => Signal<"1">;
  /** Level at its end. */
  readonly target: (stage: Integer) => Signal<"1">;
  /** From {@link bendOf}. */
  readonly bend: (stage: Integer) => Signal<"1">;
  /** The stage after it; itself: its target is held. */
  readonly after: (stage: Integer) => Integer;
  /** Stage that begins when the gate closes; none for an envelope without a gate. */
  readonly released?: number;
  /** Stage whose end a voice begins at: the last one. */
  readonly last: number;
}

/** Range of the curve of a stage. */
export const curveRange = {
  unit: "1",
  min: -10,
  max: 10,
  curve: "linear",
  smoothingSeconds: 0,
} as const;

/**
 * The bend of a curve: 0 is a straight line, a positive curve is quick first, a negative one slow first. Half way through its
 * time a stage has covered 1/(1 + e^(−curve/2)) of its way, like the exponential of the same number in SuperCollider's `Env`.
 */
export function bendOf(curve: Signal<"1">): Signal<"1"> {
  return exp2(curve.times(0.5 / Math.LN2)).minus(1);
}

/** {@link bendOf} of a number. */
export function bendOfNumber(curve: number): number {
  return Math.exp(curve / 2) - 1;
}

/** Part of a stage that a frame takes. */
export function paceOf(seconds: Signal<"s">, sampleRateHz: number): Signal<"1"> {
  return constant<"s">(1 / sampleRateHz).ratio(seconds);
}

/** Parts of the way after parts of the time: Schlick's bias, a hyperbola through 0 and 1. */
function bent(time: Signal<"1">, bend: Signal<"1">): Signal<"1"> {
  return time.times(bend.plus(1)).over(time.times(bend).plus(1));
}

/**
 * The level, frame by frame. A trigger begins the first stage; the closing gate begins the released one. Both start from the
 * current level, so nothing jumps.
 */
export function playStages(stages: Stages): Signal<"1"> {
  const { trigger, gate, released, last } = stages;
  return feedback(0, (levelBefore) => {
    let level = levelBefore;
    feedback(0, (fromBefore) => {
      let from = fromBefore;
      integerFeedback(last, (stageBefore) => {
        let stage = stageBefore;
        integerFeedback(whole - 1, (progressBefore) => {
          const letGo = released === undefined ? undefined : stageBefore.isBelow(released).and(gate.not());
          const begins = letGo ? trigger.or(letGo) : trigger;
          const playing = trigger.selectInteger(
            0,
            letGo ? letGo.selectInteger(released!, stageBefore) : stageBefore,
          );
          const start = begins.select(levelBefore, fromBefore);
          // rounded up, so that a stage of n frames ends after n frames; beyond the end it becomes negative
          const step = stages.pace(playing).times(whole).toInteger().plus(1);
          const progress = begins.selectInteger(0, progressBefore).plus(step);
          const over = progress.isBelow(0);
          const target = stages.target(playing);
          const way = bent(progress.toFloat().times(1 / whole), stages.bend(playing));
          level = over.select(target, start.plus(target.minus(start).times(way)));
          from = over.select(target, start);
          const after = stages.after(playing);
          stage = over.selectInteger(after, playing);
          return over.selectInteger(after.equals(playing).selectInteger(whole - 1, 0), progress);
        });
        return stage;
      });
      return from;
    });
    return level;
  });
}
