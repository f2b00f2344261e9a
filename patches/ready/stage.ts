import { definePatch, type Patch } from "../../modules/patch.ts";
import { bus } from "../../modules/utility/bus.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";

/** Bus 1 on output 1, bus 2 on output 2, and so on, as many as there are outputs: for shows, which play files through buses. */
export const stage: Patch = {
  name: "stage",
  build: (format) =>
    definePatch({
      name: "stage",
      channels: Math.max(2, format.channels),
      instruments: {},
      parameters: { master: { gainDb: faderDb } },
      output: (_, { master }) =>
        Array.from(
          { length: format.channels },
          (_, index) => gain({ input: bus({ number: index + 1 }), gainDb: master.gainDb }),
        ),
    }).build(format),
};
