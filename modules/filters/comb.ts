import { defineModule } from "../signal/module.ts";
import { delay } from "../time/delay.ts";
import { constant } from "../signal/signal.ts";

const coefficient = { unit: "1", curve: "linear", smoothingSeconds: 0.02 } as const;

/** Lowest frequency of a comb, and so the longest of its delays. */
const lowestHz = 20;

/** Repeats one period: teeth at all multiples of a frequency, or gaps. */
export const comb = defineModule({
  name: "comb",
  summary: "one period is heard again, once or without end: teeth or gaps at all multiples of a frequency",
  source: "M. R. Schroeder: Natural sounding artificial reverberation, JAES 10 (1962); see delay",
  inputs: { input: { kind: "1", why: "what is combed" } },
  parameters: {
    frequencyHz: {
      unit: "Hz",
      min: lowestHz,
      max: 10_000,
      default: 220,
      curve: "exponential",
      smoothingSeconds: 0.02,
      why: "pitch of the teeth, in tune between frames too; at most half of the sample rate",
    },
    feedback: {
      ...coefficient,
      min: -0.999,
      max: 0.999,
      default: 0.7,
      why:
        "level of each period in the next: teeth of the height 1 / (1 - feedback); below 0 they lie half way " +
        "between the multiples",
    },
    feedforward: {
      ...coefficient,
      min: -1,
      max: 1,
      default: 0,
      why: "level of the last period beside the input: with no feedback, 1 makes gaps half way between the " +
        "multiples and -1 at them",
    },
  },
  options: {},
  process: ({ input, frequencyHz, feedback, feedforward }) => {
    const timeSeconds = constant(1).over(frequencyHz.as("1")).as("s");
    const echo = delay({ input, timeSeconds, feedback, maximumSeconds: 1 / lowestHz + 0.001, move: "jump" });
    return input.plus(echo.times(feedback.plus(feedforward)));
  },
});
