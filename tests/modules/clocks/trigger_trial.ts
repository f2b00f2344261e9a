import { Condition, type Signal } from "../../../modules/signal/signal.ts";
import type { PatchFormat } from "../../../compiler/graph/compiled_patch.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";

/** Frames in which something is above one half. */
export function framesOf(samples: ArrayLike<number>): number[] {
  return Array.from(samples, (sample, frame) => sample > 0.5 ? frame : -1).filter((frame) => frame >= 0);
}

/** Ones at these frames, minus ones at those: clocks and resets of {@link clocked}. */
export function clocksAt(
  length: number,
  clocks: readonly number[],
  resets: readonly number[] = [],
): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(length);
  for (const frame of clocks) samples[frame] = 1;
  for (const frame of resets) samples[frame] = -1;
  return samples;
}

/** What a function of a clock and a reset gives while these come in. */
export async function clocked(
  build: (clock: Condition, reset: Condition) => Signal<"1"> | Condition,
  clocks: Float32Array,
  format: Partial<PatchFormat> = {},
): Promise<Float32Array> {
  const patch = effectPatch((input) => {
    const made = build(input.isAbove(0.5), input.isBelow(-0.5));
    return made instanceof Condition ? made.select<"1">(1, 0) : made;
  });
  return process(await effectPlayer(patch, format), clocks);
}
