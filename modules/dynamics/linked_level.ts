import { channel } from "../signal/channels.ts";
import type { Signal } from "../signal/signal.ts";

/** Option of modules that turn levels down: 1, 2 or 4. */
export const linkedChannels = 1;

/**
 * Magnitude that a gain follows. With 1 each channel, or voice, follows itself; 2 or 4 let the first channels of the main
 * mix follow the loudest of them, so that turning down one side does not move the image to the other.
 *
 * @param reject throws the error about the option
 */
export function linkedLevel(
  magnitude: Signal<"1">,
  linked: number,
  reject: (option: string, problem: string) => never,
): Signal<"1"> {
  if (![1, 2, 4].includes(linked)) reject("linkedChannels", `expected 1, 2 or 4, found ${linked}`);
  if (linked === 1) return magnitude;
  const sides = Array.from({ length: linked }, (_, index) => channel(magnitude, index));
  return sides.reduce((most, side) => most.atLeast(side));
}
