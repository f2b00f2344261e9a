import { defineModule } from "../signal/module.ts";
import type { Signal } from "../signal/signal.ts";
import { chance, isSeed } from "./chance.ts";
import { held } from "./hold.ts";
import { gateOf } from "./interval.ts";
import { isPickable, pick } from "./pick.ts";
import { stepCount, stepInputs } from "./step_count.ts";

const maxSteps = 32;

/** One step. Its signals may change while it plays. */
export interface Step {
  /** A pitch, a level or any other value; 0 when left out. */
  readonly value?: number | Signal<"1">;
  /** Part of the step for which the gate holds: 0 is a rest, 1 ties the step to the next; half when left out. */
  readonly gate?: number | Signal<"1">;
  /** Chance that the step plays, from 0 (never) to 1 (always); 1 when left out. */
  readonly probability?: number | Signal<"1">;
}

/** Up to 32 steps, one for each clock, round and round. */
export const stepSequencer = defineModule({
  name: "stepSequencer",
  summary: "up to 32 steps, each with a value, a gate and a probability",
  source: "counting; chances by xorshift, see noise",
  inputs: stepInputs,
  parameters: {
    length: {
      unit: "1",
      min: 1,
      max: maxSteps,
      default: maxSteps,
      curve: "linear",
      smoothingSeconds: 0,
      why: "how many of the steps are played before the first comes again; whole numbers",
    },
  },
  options: { steps: [{}] as readonly Step[], seed: 1 },
  process: ({ clock, reset, length }, { steps, seed }, { reject }) => {
    if (!Array.isArray(steps) || steps.length < 1 || steps.length > maxSteps) {
      reject("steps", `expected a list of 1 to ${maxSteps} steps, found ${steps?.length ?? typeof steps}`);
    }
    if (!isSeed(seed)) reject("seed", `expected a whole number from 0, below 2^31, found ${seed}`);
    const column = (key: keyof Step, fallback: number) =>
      steps.map((step, index) => {
        const found = step?.[key] ?? fallback;
        if (!isPickable(found)) reject("steps", `step ${index}: ${key}: expected a number or a signal`);
        if (key !== "value" && typeof found === "number" && !(found >= 0 && found <= 1)) {
          reject("steps", `step ${index}: ${key}: expected 0 to 1, found ${found}`);
        }
        return found;
      });
    const step = stepCount(clock, reset, length.atMost(steps.length).rounded().toInteger());
    const part = pick(column("gate", 0.5), step);
    const trigger = clock.and(chance(seed, clock).isBelow(pick(column("probability", 1), step)))
      .and(part.isAbove(0));
    return {
      /** Value of the last step that played. */
      value: held(pick(column("value", 0), step), trigger),
      /** True in the first frame of a step that is played. */
      trigger,
      gate: gateOf(trigger, clock, part),
      /** Index of the current step, from 0; -1 before the first. */
      step: step.toFloat(),
    };
  },
});
