import type { Stereo } from "../../modules/patch.ts";
import type { Signal } from "../../modules/signal/signal.ts";
import { decibels, spectrum } from "./spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../trial/trial_patch.ts";

/** Blackman-Harris: what is 6 bins away is 92 dB down. */
function windowed(samples: Float32Array): Float32Array {
  const weights = [0.35875, -0.48829, 0.14128, -0.01168];
  return samples.map((sample, frame) =>
    sample *
    weights.reduce((sum, weight, n) => sum + weight * Math.cos(2 * Math.PI * n * frame / samples.length), 0)
  );
}

/**
 * What an effect adds to a steady tone where it has no business: the loudest component further than a distance from the
 * tone, in decibels relative to the loudest of all. The first seconds are left out.
 */
export async function strayDb(
  effect: (input: Signal<"1">) => Signal<"1"> | Stereo,
  frequencyHz: number,
  distanceHz: number,
  settleSeconds = 2,
): Promise<number> {
  const length = 1 << 16;
  const tone = Float32Array.from(
    { length: settleSeconds * rateHz + length },
    (_, frame) => 0.5 * Math.sin(2 * Math.PI * ((frame * frequencyHz / rateHz) % 1)),
  );
  const heard = process(await effectPlayer(effectPatch(effect)), tone);
  const bins = spectrum(windowed(heard.subarray(settleSeconds * rateHz)));
  let [loudest, stray] = [0, 0];
  bins.forEach((size, bin) => {
    loudest = Math.max(loudest, size);
    if (Math.abs(bin * rateHz / length - frequencyHz) > distanceHz) stray = Math.max(stray, size);
  });
  return decibels(stray / loudest);
}
