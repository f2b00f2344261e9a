import { maxBuses } from "../../compiler/graph/limits.ts";
import { dbToGain } from "../signal/math.ts";
import { defineModule } from "../signal/module.ts";
import { Signal } from "../signal/signal.ts";
import { makeNode } from "../signal/source.ts";
import { faderDb } from "./gain.ts";

/** A bus of the streams: what sound files from the disk play to it. */
export const bus = defineModule({
  name: "bus",
  summary: "a bus of the streams, to which sound files from the disk play",
  source: "the sum of the routes to the bus, in the same frame",
  inputs: {},
  parameters: { gainDb: { ...faderDb, default: 0 } },
  options: { number: 1 },
  outputOnly: true,
  process: ({ gainDb }, options, { reject }) => {
    const { number } = options;
    if (!Number.isInteger(number) || number < 1 || number > maxBuses) {
      reject("number", `expected a whole number from 1 to ${maxBuses}, found ${number}`);
    }
    const stream = new Signal<"1">(makeNode({ op: "stream", type: "f32", attribute: number - 1 }));
    return stream.times(dbToGain(gainDb));
  },
});
