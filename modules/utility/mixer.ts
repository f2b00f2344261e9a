import { defineModule } from "../signal/module.ts";
import { dbToGain, silentDb } from "../signal/math.ts";
import { faderDb } from "./gain.ts";

const strip = { kind: "1", optional: true, why: "one strip; left out it is silent" } as const;
const send = { ...faderDb, default: silentDb, why: "what goes to the send, after the fader" } as const;

/** Four strips onto one bus, each with a fader and a send. */
export const mixer = defineModule({
  name: "mixer",
  summary: "four strips onto one bus, each with a fader and a post-fader send",
  source: "sum",
  inputs: { input1: strip, input2: strip, input3: strip, input4: strip },
  parameters: {
    gain1Db: faderDb,
    gain2Db: faderDb,
    gain3Db: faderDb,
    gain4Db: faderDb,
    send1Db: send,
    send2Db: send,
    send3Db: send,
    send4Db: send,
  },
  options: {},
  process: (s) => {
    const strips = [
      [s.input1, s.gain1Db, s.send1Db],
      [s.input2, s.gain2Db, s.send2Db],
      [s.input3, s.gain3Db, s.send3Db],
      [s.input4, s.gain4Db, s.send4Db],
    ] as const;
    const faded = strips.map(([input, gainDb]) => input.times(dbToGain(gainDb)));
    const sent = strips.map(([, , sendDb], index) => faded[index].times(dbToGain(sendDb)));
    return {
      output: faded.reduce((sum, one) => sum.plus(one)),
      send: sent.reduce((sum, one) => sum.plus(one)),
    };
  },
});
