import { channels } from "../signal/channels.ts";
import type { Signal } from "../signal/signal.ts";
import { sinTurns } from "../signal/math.ts";
import { phaseOf, signedTurns } from "../oscillators/phase.ts";
import type { Site } from "../signal/module.ts";
import { unity } from "../signal/unity.ts";

/** Rate of a sweep. */
export const sweepRate = {
  unit: "Hz",
  min: 0.01,
  max: 10,
  default: 0.5,
  curve: "exponential",
  smoothingSeconds: 0,
  why: "sweeps a second; slow ones drift, above 5 Hz they tremble",
} as const;

/** Mix of dry and wet; in the middle, where the notches are deepest, both are equal. */
export const mixOf = (fallback: number, why: string) => ({ ...unity, default: fallback, why }) as const;

/** Dry at 0, wet at 1, in a straight line: the two are correlated, so their amplitudes add up. */
export function mixed(dry: Signal<"1">, wet: Signal<"1">, mix: Signal<"1">): Signal<"1"> {
  return dry.plus(wet.minus(dry).times(mix));
}

/**
 * Sines of one rate, each ahead by its offset in turns. `spreadTurns` is the lead of the right channel over the left; values
 * other than 0 work in the main mix only.
 */
export function sweeps(
  { rateHz, offsetsTurns = [0], spreadTurns }: {
    readonly rateHz: Signal<"Hz">;
    readonly offsetsTurns?: readonly number[];
    readonly spreadTurns: number;
  },
  { sampleRateHz, reject }: Site,
): readonly Signal<"1">[] {
  if (!(spreadTurns >= 0 && spreadTurns <= 0.5)) {
    reject("spreadTurns", `expected 0 to 0.5 turns, found ${spreadTurns}`);
  }
  const turns = signedTurns(phaseOf(rateHz, sampleRateHz).phase);
  return offsetsTurns.map((offset) =>
    sinTurns(turns.plus(spreadTurns === 0 ? offset : channels(offset, offset + spreadTurns)))
  );
}
