import type { Note } from "../../modules/patch.ts";
import { Condition, constant, Signal, type Unit } from "../../modules/signal/signal.ts";
import type { Input } from "../../modules/signal/module.ts";

/**
 * A signal for each input of a module.
 *
 * @param source for inputs that take a sound; where it is above 0 it also opens conditions that the note does not have
 */
export function connected(
  inputs: Readonly<Record<string, Input>>,
  source: Signal<"1">,
  note?: Note,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, { kind }]) => [
      key,
      kind === "1"
        ? source
        : kind === "semitones"
        ? note?.number
        : note !== undefined && key in note
        ? note[key as "gate" | "trigger"]
        : source.isAbove(0),
    ]),
  );
}

/** All outputs of a module as one signal; a condition counts 1 where it holds. */
export function sumOf(outputs: unknown): Signal<"1"> {
  const list: readonly unknown[] = outputs instanceof Signal || outputs instanceof Condition
    ? [outputs]
    : Object.values(outputs as object);
  return list.reduce<Signal<"1">>(
    (sum, one) => sum.plus(one instanceof Condition ? one.select(1, 0) : (one as Signal<Unit>).as("1")),
    constant(0),
  );
}
