import type { PatchFormat } from "../../../compiler/graph/compiled_patch.ts";
import type { Signal } from "../../../modules/signal/signal.ts";
import { channels } from "../../../modules/signal/channels.ts";
import { mean, rms } from "../../../testing/measure/level.ts";
import { effectPatch, effectPlayer, impulse, process } from "../../../testing/trial/trial_patch.ts";

/** Left or right of what an impulse leaves behind. */
export async function responseOf(
  effect: (input: Signal<"1">) => Signal<"1">,
  frames: number,
  channel = 0,
  format: Partial<PatchFormat> = {},
): Promise<Float32Array> {
  return process(await effectPlayer(effectPatch(effect), format), impulse(frames), channel);
}

/** What comes in on the left alone. */
export const leftOnly = (input: Signal<"1">) => channels(input, 0);

/** How much two sides are alike: 1 the same, 0 nothing in common. */
export function likeness(left: Float32Array, right: Float32Array): number {
  let [both, one, other] = [0, 0, 0];
  left.forEach((sample, frame) => {
    both += sample * right[frame];
    one += sample ** 2;
    other += right[frame] ** 2;
  });
  return both / Math.sqrt(one * other);
}

/**
 * How much of a response is quiet between its echoes: the part of frames further than one standard deviation from zero,
 * against that of noise. 1 from where echoes can no longer be told apart. (J. S. Abel, P. Huang: A simple, robust measure
 * of reverberation echo density, AES 121, 2006.)
 */
export function echoDensity(samples: Float32Array): number {
  // short enough that the decay inside of one does not count
  const window = 1_024;
  const windows = Array.from(
    { length: Math.floor(samples.length / window) },
    (_, index) => samples.subarray(index * window, (index + 1) * window),
  );
  const beyond = windows.map((part) => {
    const deviation = rms(part);
    return part.filter((sample) => Math.abs(sample) > deviation).length / window;
  });
  return mean(beyond) / 0.3173;
}
