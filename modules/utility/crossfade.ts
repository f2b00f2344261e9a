import { defineModule } from "../signal/module.ts";
import { sinOfTurn } from "../signal/math.ts";
import { constant } from "../signal/signal.ts";
import { unity } from "../signal/unity.ts";

/** Fades from one sound to another with constant power. */
export const crossfade = defineModule({
  name: "crossfade",
  summary: "from one sound to another with equal power",
  source: "quarter circle: the squares of both gains add up to 1",
  inputs: {
    from: { kind: "1", why: "alone at position 0" },
    to: { kind: "1", why: "alone at position 1" },
  },
  parameters: {
    position: {
      ...unity,
      default: 0.5,
      smoothingSeconds: 0.01,
      why: "0 the first, 1 the second, in the middle both 3 dB down",
    },
  },
  options: {},
  process: ({ from, to, position }) => {
    const turn = position.times(0.25);
    return from.times(sinOfTurn(constant(0.25).minus(turn))).plus(to.times(sinOfTurn(turn)));
  },
});
