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

/** Four frames of a line and where between the second and the third a time lies. */
function around(line: DelayLine, framesAgo: Signal<"1">) {
  const frames = framesAgo.within(2, line.frames - 2);
  const whole = frames.floor();
  const first = whole.toInteger();
  return { four: [-1, 0, 1, 2].map((offset) => line.read(first.plus(offset))), part: frames.minus(whole) };
}

/**
 * What a line held some frames ago, between frames too.
 *
 * @param framesAgo kept between 2 and two less than the length of the line
 */
export function tap(line: DelayLine, framesAgo: Signal<"1">): Signal<"1"> {
  const { four, part } = around(line, framesAgo);
  return cubic(four, part);
}

/**
 * {@link tap}, never above both full scale and the largest of the frames that it was read from.
 *
 * While the time stands still no frequency grows, but while it jumps about the curve may reach over its points, by a quarter
 * at most, and in a loop again in each round. With this bound nothing grows without end, whatever moves the time.
 */
export function boundedTap(line: DelayLine, framesAgo: Signal<"1">): Signal<"1"> {
  const { four, part } = around(line, framesAgo);
  const tallest = four.reduce((most, one) => one.abs().atLeast(most), constant(1));
  return cubic(four, part).within(tallest.negated(), tallest);
}
