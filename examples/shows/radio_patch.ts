import { audioInput, bus, channels, definePatch } from "understudy";

/** The live input, and beside it what the show plays. */
export default definePatch({
  name: "radio",
  instruments: {},
  parameters: {},
  output: (_, __, captured) => {
    const live = audioInput({ input: captured, gainDb: 0 });
    return live.plus(channels(bus({ number: 1 }), bus({ number: 2 })));
  },
});
