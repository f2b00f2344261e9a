import { defineModule } from "../module.ts";
import { constant, feedbackOf } from "../signal/signal.ts";

/** From one pitch to the next in a straight line that takes the same time for every distance. */
export const glide = defineModule({
  name: "glide",
  summary: "slides from one pitch to the next",
  source: "straight line in semitones; constant time",
  inputs: { number: { kind: "semitones", why: "where to go; the first value is taken at once" } },
  parameters: {
    seconds: {
      unit: "s",
      min: 0,
      max: 10,
      default: 0.08,
      curve: "linear",
      smoothingSeconds: 0,
      why: "how long a slide takes; 0 jumps",
    },
  },
  options: {},
  process: ({ number, seconds }, _options, { sampleRateHz }) => {
    const frames = seconds.ratio(1 / sampleRateHz).atLeast(1);
    const state = feedbackOf<"place" | "aim" | "step" | "begun", "semitones">(
      { place: 0, aim: 0, step: 0, begun: 0 },
      ({ place, aim, step, begun }) => {
        const from = begun.equals(0).select(number, place);
        const way = number.minus(from);
        const stride = number.equals(aim).select(step, way.over(frames));
        const arrives = way.abs().isAtMost(stride.abs());
        return {
          place: arrives.select(number, from.plus(stride)),
          aim: number,
          step: stride,
          begun: constant(1),
        };
      },
    );
    return state.place;
  },
});
