/**
 * The value that every parameter was last given. Renderers hold the true values, as ramps; but the main isolate may not read
 * an arena, so it remembers what it appended to the log. A value with a time counts from the block in which it is due, and
 * not at all when a `clear` or an `anchor` drops it before. Renderers that come and go do not matter here. Main isolate.
 */
import type { ParameterDeclaration } from "../../compiler/graph/compiled_patch.ts";
import type { LogEntry } from "./command_log.ts";
import { Opcode } from "./command_log.ts";
import { blocksBetween } from "../memory/shared_memory.ts";

interface Waiting {
  readonly parameter: number;
  readonly value: number;
  readonly at: { readonly block: number; readonly frame: number };
  readonly isOfShow: boolean;
}

export class ParameterValues {
  readonly #onChange: (parameter: number, value: number) => void;
  #declared: readonly ParameterDeclaration[] = [];
  #values: number[] = [];
  /** In the order in which they are due. */
  #waiting: Waiting[] = [];

  /**
   * @param onChange gets every value that takes effect and differs from the one before
   * @param values the value of each parameter; the default where it has none
   */
  constructor(
    parameters: readonly ParameterDeclaration[],
    onChange: (parameter: number, value: number) => void,
    values: readonly number[] = [],
  ) {
    this.#onChange = onChange;
    this.declare(parameters);
    this.#values = this.#values.map((value, index) => values[index] ?? value);
  }

  /** Another patch: a parameter with an address that the one before had keeps its value, inside the new range. */
  declare(parameters: readonly ParameterDeclaration[]): void {
    const before = new Map(this.#declared.map(({ address }, index) => [address, this.#values[index]]));
    const indexOf = new Map(parameters.map(({ address }, index) => [address, index]));
    this.#waiting = this.#waiting.flatMap((waiting) => {
      const parameter = indexOf.get(this.#declared[waiting.parameter].address);
      return parameter === undefined ? [] : [{ ...waiting, parameter }];
    });
    this.#values = parameters.map((parameter) =>
      inRange(parameter, before.get(parameter.address) ?? parameter.default)
    );
    this.#declared = parameters;
  }

  /** The value of a parameter by its index; undefined where there is no such parameter. */
  valueOf(parameter: number): number | undefined {
    return this.#values[parameter];
  }

  /** Log entries that bring a patch from its defaults to these values. */
  get entries(): readonly LogEntry[] {
    return this.#values.flatMap((value, target) =>
      value === this.#declared[target].default ? [] : [{ opcode: Opcode.set, target, value, extra: 0 }]
    );
  }

  /** Every parameter has its default again. */
  reset(): void {
    this.#declared.forEach((parameter, index) => this.#set(index, parameter.default));
  }

  /** Records entries that were appended to the log. */
  record(entries: readonly LogEntry[]): void {
    for (const { opcode, target, value, at, isOfShow = false } of entries) {
      if (opcode === Opcode.clear || opcode === Opcode.anchor) this.#waiting = [];
      if (opcode === Opcode.retract) {
        this.#waiting = this.#waiting.filter((waiting) =>
          !waiting.isOfShow || blocksBetween(waiting.at.block, target) < 0
        );
      }
      if (opcode !== Opcode.set) continue;
      if (at === undefined) this.#set(target, value);
      else this.#wait({ parameter: target, value, at, isOfShow });
    }
  }

  /** Applies the values that were due before `consumed`, the block that the device takes next. Cheap, for every tick. */
  advance(consumed: number): void {
    while (this.#waiting.length > 0 && blocksBetween(consumed, this.#waiting[0].at.block) > 0) {
      const { parameter, value } = this.#waiting.shift()!;
      this.#set(parameter, value);
    }
  }

  #set(parameter: number, value: number): void {
    const kept = Math.fround(inRange(this.#declared[parameter], value));
    if (Object.is(this.#values[parameter], kept)) return;
    this.#values[parameter] = kept;
    this.#onChange(parameter, kept);
  }

  #wait(waiting: Waiting): void {
    const later = this.#waiting.findIndex(({ at }) =>
      (blocksBetween(at.block, waiting.at.block) || at.frame - waiting.at.frame) > 0
    );
    if (later < 0) this.#waiting.push(waiting);
    else this.#waiting.splice(later, 0, waiting);
  }
}

function inRange({ min, max }: ParameterDeclaration, value: number): number {
  return Math.min(max, Math.max(min, value));
}
