import type { LaneType } from "../../compiler/graph/operations.ts";
import { Condition, Integer, kindOf, Signal, type Unit } from "./signal.ts";
import { makeNode, type Source, type StateCell } from "./source.ts";

type Fed = Signal<Unit> | Integer | Condition;

/**
 * A signal that depends on its own past: `next` gets the value of the frame before and returns that of this frame, which
 * is also the result.
 *
 * @param initial value before the first frame of a voice, or of the patch
 */
export function feedback<U extends Unit = "1">(
  initial: number,
  next: (previous: Signal<U>) => Signal<U>,
): Signal<U> {
  return fed({ type: "f32", initial: Math.fround(initial) }, (source) => new Signal<U>(source), next);
}

/** {@link feedback} of integers. */
export function integerFeedback(initial: number, next: (previous: Integer) => Integer): Integer {
  return fed({ type: "i32", initial: initial | 0 }, (source) => new Integer(source), next);
}

/** {@link feedback} of conditions. */
export function conditionFeedback(initial: boolean, next: (previous: Condition) => Condition): Condition {
  return fed({ type: "mask", initial: initial ? -1 : 0 }, (source) => new Condition(source), next);
}

/** {@link feedback} of integers whose initial value differs for every note, lane and seed of the engine. */
export function seededFeedback(next: (previous: Integer) => Integer): Integer {
  return fed({ type: "i32", initial: 0, seeded: true }, (source) => new Integer(source), next);
}

function fed<T extends Fed>(
  { type, initial, seeded = false }: Pick<StateCell, "type" | "initial"> & { readonly seeded?: boolean },
  wrap: (source: Source) => T,
  next: (previous: T) => T,
): T {
  const cell: StateCell = { kind: "state", type, initial, seeded };
  const result = next(wrap(makeNode({ op: "state", type, cell })));
  cell.next = fedSource(result, type, "feedback");
  return result;
}

function fedSource(result: unknown, type: LaneType, name: string): Source {
  const { source } = (result ?? {}) as { source?: Source };
  if (source?.type === type) return source;
  const wanted = { f32: "a signal", i32: "an integer signal", mask: "a condition" }[type];
  throw new TypeError(`${name}: expected its function to return ${wanted}, found ${kindOf(result)}`);
}

/** Several values that feed back into each other: all previous ones go in, all next ones come out. */
export function feedbackOf<K extends string, U extends Unit = "1">(
  initial: Readonly<Record<K, number>>,
  next: (previous: Readonly<Record<K, Signal<U>>>) => Readonly<Record<K, Signal<U>>>,
): Readonly<Record<K, Signal<U>>> {
  const cells = Object.entries<number>(initial).map(([name, value]) => ({
    name: name as K,
    cell: { kind: "state", type: "f32", initial: Math.fround(value), seeded: false } as StateCell,
  }));
  const previous = Object.fromEntries(
    cells.map(({ name, cell }) => [name, new Signal<U>(makeNode({ op: "state", type: "f32", cell }))]),
  ) as Record<K, Signal<U>>;
  const result = next(previous);
  for (const { name, cell } of cells) cell.next = fedSource(result?.[name], "f32", `feedback of ${name}`);
  return result;
}
