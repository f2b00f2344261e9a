import { limiter } from "../../modules/dynamics/limiter.ts";
import { dcBlocker } from "../../modules/filters/dc_blocker.ts";
import type { ParameterSignals } from "../../modules/signal/module.ts";
import type { Signal } from "../../modules/signal/signal.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";

/** The last fader of a ready patch. */
export const masterFader = {
  gainDb: { ...faderDb, why: "level of everything, in front of the limiter" },
} as const;

/**
 * The end of a ready patch: no direct current, a fader, and a limiter that keeps left and right together below -1 dB,
 * at any input and any position of the fader. It delays the sound by 2 ms.
 */
export function mastered(
  input: Signal<"1">,
  { gainDb }: ParameterSignals<typeof masterFader>,
): Signal<"1"> {
  return limiter({
    input: gain({ input: dcBlocker({ input }), gainDb }),
    releaseSeconds: 0.15,
    linkedChannels: 2,
  }).output;
}
