/** Vectors of channels from and to interleaved frames, as WebAssembly text. */
import type { PatchFormat } from "../graph/compiled_patch.ts";

/**
 * Loads one frame of the input: a single channel goes to all lanes, several go to one lane each; channels beyond the fourth are
 * dropped.
 */
export function inputLoad(offset: number, inputChannels: number): string {
  const load = (instruction: string) => `(${instruction} offset=${offset} (local.get $in))`;
  switch (inputChannels) {
    case 0:
      return "(v128.const i32x4 0 0 0 0)";
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

/** Stores one frame. A single output channel gets the mean of left and right; channels that the patch lacks are silent. */
export function outputStore(
  output: string,
  { offset, patchChannels, channels }: {
    readonly offset: number;
    readonly patchChannels: number;
    readonly channels: number;
  },
): string[] {
  const lane = (index: number) => `(f32x4.extract_lane ${index} ${output})`;
  const store = (index: number, value: string) =>
    `(f32.store offset=${offset + index * 4} (local.get $out) ${value})`;
  if (channels === 1) {
    return [store(0, `(f32.mul (f32.add ${lane(0)} ${lane(1)}) (f32.const 0.5))`)];
  }
  if (channels === 2) return [`(v128.store64_lane offset=${offset} 0 (local.get $out) ${output})`];
  return Array.from(
    { length: channels },
    (_, index) => store(index, index < patchChannels ? lane(index) : "(f32.const 0)"),
  );
}
