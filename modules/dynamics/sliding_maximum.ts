import { DelayLine } from "../signal/delay_line.ts";
import type { Signal } from "../signal/signal.ts";

/**
 * The largest of the last frames, including this one; before the first frame they count as zero. The maxima of 2, 4, 8 ...
 * frames are each made of two maxima of half the length, the last one of two that overlap: one delay line for each doubling.
 *
 * @param input 0 or more
 * @param frames 1 or more
 */
export function slidingMaximum(input: Signal<"1">, frames: number): Signal<"1"> {
  let largest = input;
  for (let reach = 1; reach < frames;) {
    const step = Math.min(reach, frames - reach);
    const line = new DelayLine(step);
    line.write(largest);
    largest = largest.atLeast(line.read(step));
    reach += step;
  }
  return largest;
}
