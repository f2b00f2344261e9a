import { defineModule } from "../signal/module.ts";
import { constant, type Integer, type Signal } from "../signal/signal.ts";
import { chance, isSeed } from "./chance.ts";
import { held } from "./hold.ts";
import { gateOf } from "./interval.ts";
import { isPickable, pick } from "./pick.ts";
import { stepCount, stepInputs } from "./step_count.ts";

const orders = ["up", "down", "upDown", "random", "asGiven"] as const;
type Order = typeof orders[number];
type Pitch = Signal<"semitones">;

const maxNumbers = 16;
const maxOctaves = 4;

/** The signals sorted from the lowest to the highest in this frame. */
function sorted(numbers: readonly Pitch[]): readonly Pitch[] {
  const list = [...numbers];
  for (let end = list.length - 1; end > 0; end--) {
    for (let place = 0; place < end; place++) {
      const [one, other] = [list[place], list[place + 1]];
      list[place] = one.atMost(other);
      list[place + 1] = one.atLeast(other);
    }
  }
  return list;
}

/** Plays the notes of a chord one after the other. */
export const arpeggiator = defineModule({
  name: "arpeggiator",
  summary: "the notes of a chord one after the other, over several octaves",
  source: "counting over sorted pitches; random order by xorshift, see noise",
  inputs: stepInputs,
  parameters: {
    octaves: {
      unit: "1",
      min: 1,
      max: maxOctaves,
      default: 1,
      curve: "linear",
      smoothingSeconds: 0,
      why: "how many octaves it goes through; whole numbers",
    },
    gateLength: {
      unit: "1",
      min: 0.01,
      max: 1,
      default: 0.5,
      curve: "linear",
      smoothingSeconds: 0,
      why: "part of the step that the gate is held for; 1 ties the notes",
    },
  },
  options: { numbers: [60, 64, 67] as readonly (Pitch | number)[], order: "up" as Order, seed: 1 },
  process: ({ clock, reset, octaves, gateLength }, { numbers, order, seed }, { reject }) => {
    if (!Array.isArray(numbers) || numbers.length < 1 || numbers.length > maxNumbers) {
      reject("numbers", `expected 1 to ${maxNumbers} pitches, found ${numbers?.length ?? typeof numbers}`);
    }
    const wrong = numbers.findIndex((one) => !isPickable(one));
    if (wrong >= 0) reject("numbers", `pitch ${wrong}: expected a number or a signal`);
    if (!orders.includes(order)) reject("order", `expected ${orders.join(", ")}, found ${order}`);
    if (!isSeed(seed)) reject("seed", `expected a whole number from 0, below 2^31, found ${seed}`);
    const pitches = numbers.map((one) => constant<"semitones">(one));
    const count = pitches.length;
    const total = octaves.rounded().toInteger().times(count);
    const turn = total.isBelow(2).selectInteger(1, total.minus(1).shiftLeft(1));
    const step = stepCount(clock, reset, order === "upDown" ? turn : total);
    const first = step.isBelow(0).selectInteger(0, step);
    const place: Readonly<Record<Order, () => Integer>> = {
      up: () => first,
      asGiven: () => first,
      down: () => total.minus(1).minus(first),
      upDown: () => first.isBelow(total).selectInteger(first, turn.minus(first)),
      random: () => chance(seed, clock).times(total.toFloat()).toInteger(),
    };
    const chosen = place[order]();
    const steps = Array.from({ length: maxOctaves - 1 }, (_, index) => (index + 1) * count);
    const octave = steps.reduce(
      (sum, from) => sum.plus(chosen.isBelow(from).selectInteger(0, 1)),
      constant(0).toInteger(),
    );
    const list = order === "asGiven" ? pitches : sorted(pitches);
    const number = pick(list, chosen.minus(octave.times(count)))
      .plus(octave.toFloat().times(12).as("semitones"));
    return {
      /** Number of the last note that began. */
      number: held(number, clock),
      trigger: clock,
      gate: gateOf(clock, clock, gateLength),
    };
  },
});
