import { defineModule } from "../signal/module.ts";
import { feedbackOf } from "../signal/feedback.ts";
import { constant, type Signal } from "../signal/signal.ts";

/**
 * The progress of a slide. `left`: frames until it arrives, -1 before the first note; `pace`: one over the frames of all of it.
 */
type Slide = "aim" | "way" | "left" | "pace";

/**
 * Slides from one pitch to the next in a straight line that takes the same time for every distance. Frames are counted, because
 * the steps of a slow slide are too small to add to a pitch in 32 bits.
 */
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
    const frames = seconds.ratio(1 / sampleRateHz).rounded().atLeast(1);
    const place = ({ aim, way, left, pace }: Readonly<Record<Slide, Signal<"semitones">>>) =>
      aim.minus(way.times(left.as("1").times(pace.as("1"))));
    const slide = feedbackOf<Slide, "semitones">(
      { aim: 0, way: 0, left: -1, pace: 0 },
      (before) => {
        const from = before.left.isBelow(0).select(number, place(before));
        const stays = number.equals(before.aim);
        return {
          aim: number,
          way: stays.select(before.way, number.minus(from)),
          left: stays.select(before.left, frames.as("semitones")).minus(1).atLeast(0),
          pace: stays.select(before.pace, constant(1).over(frames).as("semitones")),
        };
      },
    );
    return place(slide);
  },
});
