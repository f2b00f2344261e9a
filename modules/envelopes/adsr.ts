import { defineModule } from "../signal/module.ts";
import { oneMinusExp } from "../signal/math.ts";
import { conditionFeedback, feedback } from "../signal/feedback.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { unity } from "../signal/unity.ts";

/** The attack aims this far above 1, so that it bends like a capacitor's and yet arrives. */
const attackOvershoot = 0.3;

/** Decay and release end where an exponential has fallen by 80 dB. */
const endRatio = 1e-4;

/** Range of all three times: a millisecond does not click, a minute is a swell. */
const time = { unit: "s", min: 0.001, max: 60, curve: "exponential", smoothingSeconds: 0 } as const;

/** Part of the remaining way that an exponential covers in each frame to arrive after some seconds. */
function pace(seconds: Signal<"s">, ratio: number, sampleRateHz: number): Signal<"1"> {
  return oneMinusExp(constant<"s">(Math.log((1 + ratio) / ratio) / sampleRateHz).ratio(seconds));
}

/** An envelope from 0 to 1 with the curves of an analogue one. Ends in exact zero. */
export const adsr = defineModule({
  name: "adsr",
  summary: "attack, decay, sustain, release, each an exponential",
  source: "N. Redmon: Envelope generators, earlevel.com (2013): exponentials that aim beyond their end",
  inputs: {
    gate: { kind: "condition", why: "held: attack, decay, sustain; let go: release" },
    trigger: {
      kind: "condition",
      why: "the attack begins, from the level there is: neither repeated nor stolen notes click",
    },
  },
  parameters: {
    attackSeconds: { ...time, default: 0.005, why: "time to rise from 0 to 1" },
    decaySeconds: {
      ...time,
      default: 0.2,
      why: "time to fall from 1 by 99.99 % of the way to the sustain level",
    },
    sustain: { ...unity, default: 0.7, why: "level while the note is held" },
    releaseSeconds: { ...time, default: 0.3, why: "time to fall from 1 to silence; from less it is quicker" },
  },
  options: {},
  process: (signals, _options, { sampleRateHz }) => {
    const { gate, trigger, attackSeconds, decaySeconds, sustain, releaseSeconds } = signals;
    const attack = pace(attackSeconds, attackOvershoot, sampleRateHz);
    const decay = pace(decaySeconds, endRatio, sampleRateHz);
    const release = pace(releaseSeconds, endRatio, sampleRateHz);
    const heldTarget = gate.select(sustain, -endRatio);
    const heldPace = gate.select(decay, release);
    return feedback(0, (level) => {
      let next = level;
      conditionFeedback(false, (previous) => {
        const now = previous.or(trigger).and(gate);
        const target = now.select(1 + attackOvershoot, heldTarget);
        const moved = level.plus(target.minus(level).times(now.select(attack, heldPace))).atLeast(0);
        // only the attack aims beyond 1
        next = now.select(moved.atMost(1), moved);
        return now.and(next.isBelow(1));
      });
      return next;
    });
  },
});
