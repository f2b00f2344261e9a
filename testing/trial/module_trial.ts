/** Any module inside a patch of its own: all inputs connected, all parameters within reach, all outputs heard. */
import type { Input, ParameterTable } from "../../modules/signal/module.ts";
import { definePatch, instrument, type Note, type Patch } from "../../modules/patch.ts";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { noise } from "../../modules/oscillators/noise.ts";
import { saw } from "../../modules/oscillators/saw.ts";
import type { Signal, Unit } from "../../modules/signal/signal.ts";
import { connected, sumOf } from "./connected.ts";

/** The declaration of a module, as far as a trial reads it. */
export interface AnyModule {
  readonly moduleName: string;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly parameters: ParameterTable;
  readonly outputOnly?: true;
}

/** The place of a module: in each voice, or in the mix. */
export type Place = "voice" | "output";

/** Level of the input of the module; it jumps. */
const level = {
  unit: "1",
  min: 0,
  max: 1,
  default: 1,
  curve: "linear",
  smoothingSeconds: 0,
  why: "how much goes into the module",
} as const;

/** Address of {@link level}. */
export const levelAddress = (place: Place) => place === "voice" ? "one/trialLevel" : "fx/trialLevel";

/** Address of a parameter of the module. */
export const addressOf = (place: Place, key: string) => place === "voice" ? `one/${key}` : `fx/${key}`;

export interface TrialOptions {
  /**
   * Parameters that noise moves, frame by frame, through and beyond their ranges; the others are parameters of the patch.
   */
  readonly stormy?: readonly string[];
  /** Options of the module. */
  readonly options?: object;
}

/** A patch with a module in one place. */
export function trialOf(
  module: AnyModule,
  place: Place,
  { stormy = [], options = {} }: TrialOptions = {},
): Patch {
  const { parameters } = module;
  const turnable = Object.fromEntries(Object.entries(parameters).filter(([key]) => !stormy.includes(key)));
  const table: ParameterTable = { ...turnable, trialLevel: level };
  const heard = (source: Signal<"1">, given: Readonly<Record<string, Signal<Unit>>>, note?: Note) => {
    const storms = stormy.map((key) => [key, storm(parameters[key])]);
    const call = module as unknown as (args: object) => unknown;
    const inputs = connected(module.inputs, source.times(given.trialLevel as Signal<"1">), note);
    const own = Object.keys(turnable).map((key) => [key, given[key]]);
    return sumOf(call({ ...inputs, ...options, ...Object.fromEntries([...own, ...storms]) }));
  };
  const inVoice = place === "voice";
  return definePatch({
    name: "trial",
    instruments: {
      one: instrument({
        voices: 5,
        parameters: inVoice ? table : {},
        voice: (note, p) => {
          const { gate, trigger, frequencyHz } = note;
          const source = saw({ frequencyHz }).plus(noise({})).times(0.5);
          const envelope = adsr({ gate, trigger, releaseSeconds: 0.05 });
          return {
            output: inVoice ? heard(source, p as Record<string, Signal<Unit>>, note) : source,
            envelope,
          };
        },
      }),
    },
    parameters: { fx: inVoice ? {} : table },
    output: ({ one }, { fx }) => inVoice ? one : heard(one, fx as Record<string, Signal<Unit>>),
  });
}

/** Through the whole range and half as far again on both sides. */
function storm({ min, max }: ParameterTable[string]): Signal<Unit> {
  return noise({}).times(max - min).plus((min + max) / 2);
}
