import { defineModule } from "../signal/module.ts";
import { dbToGain, silentDb } from "../signal/math.ts";
import { channel } from "../signal/channels.ts";
import { faderDb } from "./gain.ts";

/** The input of the device, with a fader that begins closed: an open microphone is a decision. */
export const audioInput = defineModule({
  name: "audioInput",
  summary: "what comes in from the device",
  source: "captured blocks, one lookahead ago",
  inputs: { input: { kind: "1", why: "the input that the patch's output function is given" } },
  parameters: { gainDb: { ...faderDb, default: silentDb } },
  options: { channel: "each" as "each" | 0 | 1 | 2 | 3 },
  process: ({ input, gainDb }, options, { reject }) => {
    if (!["each", 0, 1, 2, 3].includes(options.channel)) {
      reject("channel", `expected "each", 0, 1, 2 or 3, found ${options.channel}`);
    }
    return (options.channel === "each" ? input : channel(input, options.channel)).times(dbToGain(gainDb));
  },
});
