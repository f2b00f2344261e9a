/** Vectors of channels from and to interleaved frames, as WebAssembly text. */
import type { PatchFormat } from "../graph/compiled_patch.ts";
import { channelsPerVector } from "../graph/limits.ts";

/** Up to as many channels are stored one by one: vectors pay where there are several. */
const maxSingleStores = 4;

const silence = "(v128.const i32x4 0 0 0 0)";

/**
 * Loads one frame of the input: a single channel goes to all lanes, several go to one lane each; channels beyond the fourth are
 * dropped.
 */
export function inputLoad(offset: number, inputChannels: number): string {
  const load = (instruction: string) => `(${instruction} offset=${offset} (local.get $in))`;
  switch (inputChannels) {
    case 0:
      return silence;
    case 1:
      return load("v128.load32_splat");
    case 2:
      return load("v128.load64_zero");
    case 3:
      return `(v128.and ${load("v128.load")} (v128.const i32x4 -1 -1 -1 0))`;
    default:
      return load("v128.load");
  }
}

/**
 * Loads one frame of a bus of the streams into all lanes. Buses lie in rows that are laid out as the output is, so that the place
 * of a frame in the output is its place in a row.
 */
export function streamLoad(
  offset: number,
  { channels, maximumBlockFrames }: Pick<PatchFormat, "channels" | "maximumBlockFrames">,
): (bus: number) => string {
  return (bus) => {
    const row = Math.floor(bus / channels) * maximumBlockFrames * channels + bus % channels;
    return `(v128.load32_splat offset=${offset + row * 4} (local.get $out))`;
  };
}

/**
 * Stores one frame. A single output channel gets the mean of left and right; channels that the patch lacks are silent.
 *
 * @param outputs vectors of four channels each
 */
export function outputStore(
  outputs: readonly string[],
  { offset, patchChannels, channels }: {
    readonly offset: number;
    readonly patchChannels: number;
    readonly channels: number;
  },
): string[] {
  const [output] = outputs;
  const lane = (index: number) =>
    `(f32x4.extract_lane ${index % channelsPerVector} ${outputs[Math.floor(index / channelsPerVector)]})`;
  const store = (index: number, value: string) =>
    `(f32.store offset=${offset + index * 4} (local.get $out) ${value})`;
  if (channels === 1) {
    return [store(0, `(f32.mul (f32.add ${lane(0)} ${lane(1)}) (f32.const 0.5))`)];
  }
  if (channels === 2) return [`(v128.store64_lane offset=${offset} 0 (local.get $out) ${output})`];
  const heard = Math.min(channels, patchChannels);
  const one = (index: number) => store(index, index < heard ? lane(index) : "(f32.const 0)");
  if (channels <= maxSingleStores) return Array.from({ length: channels }, (_, index) => one(index));
  return Array.from({ length: Math.ceil(channels / channelsPerVector) }, (_, vector) => {
    const first = vector * channelsPerVector;
    const end = Math.min(first + channelsPerVector, channels);
    const whole = (text: string) => [`(v128.store offset=${offset + first * 4} (local.get $out) ${text})`];
    if (end === first + channelsPerVector && end <= heard) return whole(outputs[vector]);
    if (end === first + channelsPerVector && first >= heard) return whole(silence);
    return Array.from({ length: end - first }, (_, index) => one(first + index));
  }).flat();
}
