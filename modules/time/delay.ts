import { defineModule } from "../module.ts";
import { PatchInvalid } from "../signal/flatten.ts";
import { DelayLine, type Signal } from "../signal/signal.ts";

/** Catmull-Rom between the second and the third of four frames. Nowhere louder than what it reads. */
export function cubic(frames: readonly Signal<"1">[], part: Signal<"1">): Signal<"1"> {
  const [before, from, to, after] = frames;
  const slope = to.minus(before).times(0.5);
  const bend = before.minus(from.times(2.5)).plus(to.times(2)).minus(after.times(0.5));
  const twist = after.minus(before).times(0.5).plus(from.minus(to).times(1.5));
  return from.plus(part.times(slope.plus(part.times(bend.plus(part.times(twist))))));
}

/** Echoes, with a time that may lie between frames and be moved while it sounds. */
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
  process: ({ input, timeSeconds, feedback }, { maximumSeconds }, { sampleRateHz }) => {
    if (!(maximumSeconds > 0 && maximumSeconds <= 30)) {
      throw new PatchInvalid(
        `delay: maximumSeconds: expected more than 0, up to 30, found ${maximumSeconds}`,
      );
    }
    const longest = Math.max(4, Math.ceil(maximumSeconds * sampleRateHz) + 2);
    const frames = timeSeconds.ratio(1 / sampleRateHz).within(2, longest - 2);
    const whole = frames.floor();
    const first = whole.toInteger();
    const line = new DelayLine(longest);
    const echo = cubic([-1, 0, 1, 2].map((offset) => line.read(first.plus(offset))), frames.minus(whole));
    line.write(input.plus(echo.times(feedback)));
    return echo;
  },
});
