import { constant, type Integer, Signal, type Unit } from "../signal/signal.ts";
import { table } from "../signal/table.ts";

/**
 * One entry of a list, by its place from 0. Fixed numbers are looked up in a table; signals are chosen by comparisons.
 *
 * @param place below 0 gives the first entry, beyond the end the last
 */
export function pick<U extends Unit>(list: readonly (Signal<U> | number)[], place: Integer): Signal<U> {
  const signals = list.map((one) => constant<U>(one));
  const numbers = signals.map(({ source }) => source.op === "constant" ? source.attribute : undefined);
  const last = signals.length - 1;
  if (last > 3 && numbers.every((one) => one !== undefined)) {
    const length = 2 ** Math.ceil(Math.log2(numbers.length));
    const kept = place.isBelow(0).selectInteger(0, place.isBelow(last).selectInteger(place, last));
    return table(Array.from({ length }, (_, index) => numbers[index] ?? 0))(kept) as Signal<Unit> as Signal<
      U
    >;
  }
  return signals.slice(0, last).reduceRight(
    (later, one, index) => place.isBelow(index + 1).select(one, later),
    signals[last],
  );
}

/** Whether a value can stand in a list of {@link pick}. */
export function isPickable(one: unknown): boolean {
  return one instanceof Signal || (typeof one === "number" && Number.isFinite(one));
}
