import { sixPointCoefficients } from "../../compiler/graph/oversample.ts";
import type { DelayLine } from "./delay_line.ts";
import { constant, type Signal } from "./signal.ts";

/** Catmull-Rom between the second and the third of four frames. Makes no frequency louder. */
export function cubic(frames: readonly Signal<"1">[], part: Signal<"1">): Signal<"1"> {
  const [before, from, to, after] = frames;
  const slope = to.minus(before).times(0.5);
  const bend = before.minus(from.times(2.5)).plus(to.times(2)).minus(after.times(0.5));
  const twist = after.minus(before).times(0.5).plus(from.minus(to).times(1.5));
  return from.plus(part.times(slope.plus(part.times(bend.plus(part.times(twist))))));
}

/** Between the third and the fourth of six frames of a signal at twice its rate: {@link sixPointCoefficients}. */
export function sixPoint(frames: readonly Signal<"1">[], part: Signal<"1">): Signal<"1"> {
  const z = part.minus(0.5);
  const pairs = [0, 1, 2].map((pair) => [frames[3 + pair], frames[2 - pair]]);
  const sums = pairs.map(([after, before]) => after.plus(before));
  const differences = pairs.map(([after, before]) => after.minus(before));
  const terms = sixPointCoefficients.map((weights, power) => {
    const [inner, middle, outer] = weights.map((weight, pair) =>
      (power % 2 === 0 ? sums : differences)[pair].times(weight)
    );
    return inner.plus(middle).plus(outer);
  });
  return terms.reduceRight((rest, term) => rest.times(z).plus(term));
}

/** Four frames of a line, and the place of a time between the second and the third. */
function around(line: DelayLine, framesAgo: Signal<"1">) {
  const frames = framesAgo.within(2, line.frames - 2);
  const whole = frames.floor();
  const first = whole.toInteger();
  return { four: [-1, 0, 1, 2].map((offset) => line.read(first.plus(offset))), part: frames.minus(whole) };
}

/**
 * The value of a line some frames ago, also between frames.
 *
 * @param framesAgo limited to 2 up to two less than the length of the line
 */
export function tap(line: DelayLine, framesAgo: Signal<"1">): Signal<"1"> {
  const { four, part } = around(line, framesAgo);
  return cubic(four, part);
}

/**
 * {@link tap}, never above both full scale and the largest of the frames that it was read from.
 *
 * While the time rests no frequency grows. While it jumps, the curve may exceed its points by up to a quarter, and in a loop
 * again in each round; this bound keeps a loop from growing without end.
 */
export function boundedTap(line: DelayLine, framesAgo: Signal<"1">): Signal<"1"> {
  const { four, part } = around(line, framesAgo);
  const tallest = four.reduce((most, one) => one.abs().atLeast(most), constant(1));
  return cubic(four, part).within(tallest.negated(), tallest);
}
