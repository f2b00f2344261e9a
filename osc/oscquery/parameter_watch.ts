import type { Command, EngineControl } from "../../engine/control.ts";
import type { ParameterDeclaration } from "./namespace.ts";

/**
 * The values that parameters have, as far as the control side knows: what was last put into the log, or the default.
 * Renderers are not asked; they hold the same value once the block is sealed. A value with a time tag counts from the
 * moment it was accepted, not from the moment it sounds. Main isolate.
 */
export class ParameterWatch {
  /** The engine as everyone who sends commands must see it; what goes past it is not known here. */
  readonly engine: EngineControl;
  readonly #original: EngineControl;
  /** By address, so that a parameter of the same name keeps its value when the patch is exchanged. */
  readonly #values = new Map<string, number>();
  readonly #listeners = new Set<(address: string) => void>();

  constructor(engine: EngineControl) {
    this.#original = engine;
    const submit: EngineControl["submit"] = (commands, time) => {
      const submission = engine.submit(commands, time);
      this.#note(commands);
      return submission;
    };
    this.engine = new Proxy(engine, {
      get(target, name) {
        if (name === "submit") return submit;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  /** In the parameter's unit; a value that the range of a new patch does not hold gives way to the default. */
  valueOf({ address, min, max, default: fallback }: ParameterDeclaration): number {
    const value = this.#values.get(address) ?? fallback;
    return value < min || value > max ? fallback : value;
  }

  /** Calls `listener` with the declaration's address after each set, also to the same value; returns how to leave. */
  onSet(listener: (address: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #note(commands: readonly Command[]): void {
    for (const command of commands) {
      if (command.kind !== "set") continue;
      const { address } = this.#original.parameters[command.parameter];
      this.#values.set(address, command.value);
      for (const listener of this.#listeners) listener(address);
    }
  }
}
