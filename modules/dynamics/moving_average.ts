import { DelayLine } from "../signal/delay_line.ts";
import { integerFeedback } from "../signal/feedback.ts";
import type { Integer, Signal } from "../signal/signal.ts";

/** Steps that 1 is divided into, and the longest average whose sum still fits into 31 bits. */
const steps = 2 ** 20;
export const maxAverageSeconds = 2 ** 10;

/**
 * Mean of the last frames, including this one, of numbers from 0 to 1; before the first frame they count as zero. The sum adds
 * and subtracts whole steps of a millionth, rounded up, so it stays exact however long it runs.
 *
 * @param frames 1 to {@link maxAverageSeconds}
 */
export function movingAverage(input: Signal<"1">, frames: number): Signal<"1"> {
  const counted = input.within(0, 1).times(-steps).floor().negated();
  const line = new DelayLine(frames);
  line.write(counted);
  const change = counted.minus(line.read(frames)).toInteger();
  return integerFeedback(0, (sum: Integer) => sum.plus(change)).toFloat().times(1 / (steps * frames));
}
