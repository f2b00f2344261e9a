import type { DelayLine } from "../signal/delay_line.ts";
import { feedback, feedbackOf } from "../signal/feedback.ts";
import { boundedTap } from "../signal/interpolation.ts";
import { constant, type Signal } from "../signal/signal.ts";

/**
 * How a delay goes to another time. `tape`: it slides there, and the pitch bends by half at most. `crossfade`: what was heard
 * fades over to the new time, without a bend. `jump`: the time is that of each frame, for times that a signal moves fast.
 */
export const moves = ["tape", "crossfade", "jump"] as const;
export type Move = typeof moves[number];

/**
 * Frames that a sliding tap gains or loses in each frame at most: the pitch stays between a half and one and a half. At 1 the
 * sound would stand still, and beyond it run backwards.
 */
const fastest = 0.5;

/** Length of a cross-fade: longer than a wave of the lowest tones, shorter than what is heard as two echoes. */
const fadeSeconds = 0.05;

/**
 * Reads a line some frames ago, also between frames, where the time may be moved. A time that is constant costs nothing more
 * than {@link boundedTap}, which it is.
 *
 * @param framesAgo limited to 2 up to two less than the length of the line
 */
export function movedTap(
  line: DelayLine,
  framesAgo: Signal<"1">,
  { move, sampleRateHz, reject }: {
    readonly move: Move;
    readonly sampleRateHz: number;
    /** Throws the error about the option. */
    readonly reject: (option: string, problem: string) => never;
  },
): Signal<"1"> {
  if (!moves.includes(move)) reject("move", `expected one of ${moves.join(", ")}, found ${move}`);
  const aim = framesAgo.within(2, line.frames - 2);
  if (move === "jump" || aim.source.op === "constant") return boundedTap(line, aim);
  if (move === "tape") return boundedTap(line, sliding(aim));
  return crossfaded(aim, sampleRateHz, (frames) => boundedTap(line, frames));
}

/** Reads a line a whole number of frames ago; to another number it fades over. */
export function fadedRead(line: DelayLine, framesAgo: Signal<"1">, sampleRateHz: number): Signal<"1"> {
  const aim = framesAgo.rounded().within(1, line.frames);
  const read = (frames: Signal<"1">) => line.read(frames.toInteger());
  return aim.source.op === "constant" ? read(aim) : crossfaded(aim, sampleRateHz, read);
}

/** Follows an aim of 1 or more at {@link fastest}; the first one at once. */
function sliding(aim: Signal<"1">): Signal<"1"> {
  return feedback(0, (place) => {
    const way = aim.minus(place);
    const arrives = way.abs().isAtMost(fastest).or(place.isBelow(1));
    return arrives.select(aim, place.plus(constant(fastest).withSignOf(way)));
  });
}

/** Fades from one place, of 1 or more, to the next; an aim that moves on is followed when the fade is over. Never louder than both. */
export function crossfaded(
  aim: Signal<"1">,
  sampleRateHz: number,
  read: (framesAgo: Signal<"1">) => Signal<"1">,
): Signal<"1"> {
  const step = 1 / Math.max(1, Math.round(fadeSeconds * sampleRateHz));
  const { from, to, part } = feedbackOf({ from: 0, to: 0, part: 1 }, (before) => {
    const begins = before.to.isBelow(1);
    const leaves = before.part.isAtLeast(1).and(begins.not()).and(before.to.equals(aim).not());
    return {
      from: leaves.select(before.to, before.from),
      to: leaves.or(begins).select(aim, before.to),
      part: leaves.select(step, before.part.plus(step).atMost(1)),
    };
  });
  const shape = part.squared().times(constant(3).minus(part.times(2)));
  const [old, now] = [read(from), read(to)];
  return now.plus(old.minus(now).times(constant(1).minus(shape)));
}
