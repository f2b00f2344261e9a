/** Versions of one small instrument, for tests that exchange one for another while it plays. */
import { adsr } from "../../modules/envelopes/adsr.ts";
import { sine } from "../../modules/oscillators/sine.ts";
import { definePatch, instrument, type Patch } from "../../modules/patch.ts";
import { constant } from "../../modules/signal/signal.ts";
import { delay } from "../../modules/time/delay.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";

/** What differs between versions. */
export interface Version {
  readonly level?: number;
  readonly voices?: number;
  /** Upper end of the range of `gainDb`. */
  readonly maxDb?: number;
  readonly instrument?: string;
  /** Divides the output: 0 makes it infinite. */
  readonly divisor?: number;
  /** Added to the output: direct current. */
  readonly offset?: number;
  /** Each voice has a delay line of this length; 0: none. */
  readonly lineSeconds?: number;
}

/** A sine with a fader. */
export function tone(version: Version = {}): Patch {
  const {
    level = 0.2,
    voices = 4,
    maxDb = 12,
    instrument: name = "tone",
    divisor = 1,
    offset = 0,
    lineSeconds = 0,
  } = version;
  return definePatch({
    name: "tone",
    instruments: {
      [name]: instrument({
        voices,
        parameters: { gainDb: { ...faderDb, max: maxDb, default: Math.min(0, maxDb) } },
        voice: (note, p) => {
          const dry = gain({ input: sine({ frequencyHz: note.frequencyHz }).times(level), gainDb: p.gainDb });
          return {
            output: lineSeconds === 0
              ? dry
              : delay({ input: dry, timeSeconds: 0.01, maximumSeconds: lineSeconds }),
            envelope: adsr({ gate: note.gate, trigger: note.trigger, sustain: 1 }),
          };
        },
      }),
    },
    parameters: {},
    output: (buses) => {
      const sound = Object.values(buses)[0].over(constant(divisor));
      return offset === 0 ? sound : sound.plus(constant(offset));
    },
  });
}
