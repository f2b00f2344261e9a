import type { Signal } from "../../../modules/signal/signal.ts";
import type { Stereo } from "../../../modules/patch.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";

/**
 * By how many frames an effect that does nothing but delay is late, in each frame: it is given a straight line, of which
 * it returns an earlier place. Good to 0.01 frames.
 */
export async function delayCurve(
  effect: (input: Signal<"1">) => Signal<"1"> | Stereo,
  frames: number,
  channel = 0,
): Promise<Float64Array> {
  const scale = 2 ** -16;
  const line = Float32Array.from({ length: frames }, (_, frame) => frame * scale);
  const heard = process(await effectPlayer(effectPatch(effect)), line, channel);
  return Float64Array.from(heard, (sample, frame) => frame - sample / scale);
}
