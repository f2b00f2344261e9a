import { defineModule } from "../signal/module.ts";
import { DelayLine } from "../signal/delay_line.ts";
import { constant, type Signal } from "../signal/signal.ts";

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
 * Echoes, with a time that may lie between frames and be moved while it sounds.
 *
 * While the time stands still no frequency grows, but while it jumps about a curve may reach over its points, by a
 * quarter at most, again in each round. So what is above full scale is held within the frames that it was read from:
 * nothing grows without end, whatever moves the time. Feedback below 0.8 dies away even then.
 */
export const delay = defineModule({
  name: "delay",
  summary: "echoes: what was heard some time ago, again and again",
  source: "E. Catmull, R. Rom: A class of local interpolating splines (1974)",
  inputs: { input: { kind: "1", why: "what is heard again" } },
  parameters: {
    timeSeconds: {
      unit: "s",
      min: 0.0001,
      max: 10,
      default: 0.3,
      curve: "exponential",
      smoothingSeconds: 0.2,
      why:
        "time between echoes, at least two frames and at most maximumSeconds; moving it bends the pitch like a tape",
    },
    feedback: {
      unit: "1",
      min: -0.999,
      max: 0.999,
      default: 0.4,
      curve: "linear",
      smoothingSeconds: 0.02,
      why: "level of each echo in the next; beyond 1 it would grow for ever",
    },
  },
  options: { maximumSeconds: 2 },
  process: ({ input, timeSeconds, feedback }, { maximumSeconds }, { sampleRateHz, reject }) => {
    if (!(maximumSeconds > 0 && maximumSeconds <= 30)) {
      reject("maximumSeconds", `expected more than 0, up to 30 s, found ${maximumSeconds}`);
    }
    const longest = Math.max(4, Math.ceil(maximumSeconds * sampleRateHz) + 2);
    const line = new DelayLine(longest);
    const { four, part } = around(line, timeSeconds.ratio(1 / sampleRateHz));
    const tallest = four.reduce((most, one) => one.abs().atLeast(most), constant(1));
    const echo = cubic(four, part).within(tallest.negated(), tallest);
    line.write(input.plus(echo.times(feedback)));
    return echo;
  },
});
