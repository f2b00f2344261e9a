import { DelayLine } from "../signal/delay_line.ts";
import { feedbackOf } from "../signal/feedback.ts";
import type { Signal } from "../signal/signal.ts";

/** Up to so many frames, values that are handed on from frame to frame cost less than a delay line. */
const maxHandedOn = 4;

function delayed(input: Signal<"1">, frames: number): Signal<"1"> {
  if (frames > maxHandedOn) {
    const line = new DelayLine(frames);
    line.write(input);
    return line.read(frames);
  }
  const places = Array.from({ length: frames }, (_, place) => `${place}`);
  let oldest = input;
  feedbackOf(Object.fromEntries(places.map((place) => [place, 0])), (before) => {
    oldest = before[frames - 1];
    return Object.fromEntries(places.map((place, at) => [place, at === 0 ? input : before[at - 1]]));
  });
  return oldest;
}

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
    largest = largest.atLeast(delayed(largest, step));
    reach += step;
  }
  return largest;
}
