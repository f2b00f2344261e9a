/**
 * The value that every parameter was last given. Renderers keep the truth, as ramps; but nobody may look into an arena, so
 * the main isolate remembers what it has put into the log. A value with a time counts from the block in which it is due,
 * and not at all when a `clear` drops it before. Renderers may come and go: this table does not notice. Main isolate.
 */
import type { ParameterDeclaration } from "../../compiler/graph/compiled_patch.ts";
import type { LogEntry } from "./command_log.ts";
import { Opcode } from "./command_log.ts";
import { blocksBetween } from "../memory/shared_memory.ts";

interface Waiting {
  readonly parameter: number;
  readonly value: number;
  readonly at: { readonly block: number; readonly frame: number };
}

export class ParameterValues {
  readonly #onChange: (parameter: number, value: number) => void;
  #declared: readonly ParameterDeclaration[] = [];
  #values: number[] = [];
  /** In the order in which they are due. */
  #waiting: Waiting[] = [];

  /** @param onChange told of every value that takes effect and differs from the one before */
  constructor(
    parameters: readonly ParameterDeclaration[],
    onChange: (parameter: number, value: number) => void,
  ) {
    this.#onChange = onChange;
    this.declare(parameters);
  }

  /** Another patch: what it shares with the one before by address keeps its value, inside the new range. */
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

  /** Notes what was put into the log. */
  take(entries: readonly LogEntry[]): void {
    for (const { opcode, target, value, at } of entries) {
      if (opcode === Opcode.clear) this.#waiting = [];
      if (opcode !== Opcode.set) continue;
      if (at === undefined) this.#set(target, value);
      else this.#wait({ parameter: target, value, at });
    }
  }

  /** Lets what was due before `consumed`, the block that the device takes next, take effect. Cheap, for every tick. */
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
