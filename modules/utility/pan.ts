import { defineModule } from "../signal/module.ts";
import { sinOfTurn } from "../signal/math.ts";
import { constant, type Signal } from "../signal/signal.ts";

/** Places a voice between left and right with the same power everywhere. */
export const pan = defineModule({
  name: "pan",
  summary: "left to right with equal power",
  source: "quarter circle: the squares of both gains add up to 1",
  inputs: { input: { kind: "1", why: "what is placed" } },
  parameters: {
    position: {
      unit: "1",
      min: -1,
      max: 1,
      default: 0,
      curve: "linear",
      smoothingSeconds: 0.01,
      why: "-1 left, 0 middle, 1 right",
    },
  },
  options: {},
  process: ({ input, position }): readonly [Signal<"1">, Signal<"1">] => {
    const turn = position.plus(1).times(0.125);
    return [input.times(sinOfTurn(constant(0.25).minus(turn))), input.times(sinOfTurn(turn))];
  },
});
