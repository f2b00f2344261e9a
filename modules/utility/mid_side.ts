import { defineModule } from "../signal/module.ts";
import { channel, channels } from "../signal/channels.ts";

/** Left and right as their mean and half of their difference. */
export const midSideEncode = defineModule({
  name: "midSideEncode",
  summary: "the middle and the sides of a stereo sound",
  source: "A. D. Blumlein: British patent 394325 (1931)",
  inputs: { input: { kind: "1", why: "left and right" } },
  parameters: {},
  outputOnly: true,
  options: {},
  process: ({ input }) => {
    const [left, right] = [channel(input, 0), channel(input, 1)];
    return { mid: left.plus(right).times(0.5), side: left.minus(right).times(0.5) };
  },
});

/** Back to left and right. */
export const midSideDecode = defineModule({
  name: "midSideDecode",
  summary: "left and right of a middle and its sides; stereo",
  source: "inverse of midSideEncode",
  inputs: {
    mid: { kind: "1", why: "what both sides have in common" },
    side: { kind: "1", why: "what is added on the left and taken away on the right" },
  },
  parameters: {},
  outputOnly: true,
  options: {},
  process: ({ mid, side }) => channels(mid.plus(side), mid.minus(side)),
});

/** Makes a stereo sound narrower or wider; its mono sum does not change. */
export const stereoWidth = defineModule({
  name: "stereoWidth",
  summary: "narrower or wider without a change of the mono sum; stereo",
  source: "gain of the side signal, see midSideEncode",
  inputs: { input: { kind: "1", why: "left and right" } },
  parameters: {
    width: {
      unit: "1",
      min: 0,
      max: 2,
      default: 1,
      curve: "linear",
      smoothingSeconds: 0.01,
      why: "0 mono, 1 as it is, 2 twice as wide; beyond, hardly anything is left in the middle",
    },
  },
  outputOnly: true,
  options: {},
  process: ({ input, width }) => {
    const { mid, side } = midSideEncode({ input });
    return midSideDecode({ mid, side: side.times(width) });
  },
});
