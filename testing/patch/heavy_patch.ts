/** An instrument whose voices are expensive, for tests of too much load. */
import { adsr } from "../../modules/envelopes/adsr.ts";
import { sine } from "../../modules/oscillators/sine.ts";
import { definePatch, instrument, type Patch } from "../../modules/patch.ts";
import { constant, type Signal } from "../../modules/signal/signal.ts";

/** @param partials sines that each voice adds up */
export function heavy(voices: number, partials: number): Patch {
  return definePatch({
    name: "heavy",
    instruments: {
      heavy: instrument({
        voices,
        parameters: {},
        voice: (note) => {
          let sum: Signal = constant(0);
          for (let partial = 1; partial <= partials; partial++) {
            sum = sum.plus(sine({ frequencyHz: note.frequencyHz.times(partial * 0.1) }));
          }
          return {
            output: sum.times(0.001 / partials),
            envelope: adsr({ gate: note.gate, trigger: note.trigger, sustain: 1 }),
          };
        },
      }),
    },
    parameters: {},
    output: (buses) => Object.values(buses)[0],
  });
}
