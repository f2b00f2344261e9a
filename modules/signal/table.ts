import { type Integer, Signal } from "./signal.ts";
import { makeNode, type TableCell } from "./source.ts";

/** A list of numbers to look up. The index wraps at the table's length, which is a power of two. */
export function table(values: readonly number[]): (index: Integer) => Signal<"1"> {
  const length = values.length;
  if (length < 1 || (length & (length - 1)) !== 0) {
    throw new RangeError(`table: expected a power of two of values, found ${length}`);
  }
  const cell: TableCell = { kind: "table", values: values.map(Math.fround) };
  return (index) =>
    new Signal(makeNode({ op: "table", type: "f32", args: [index.and(length - 1).source], cell }));
}
