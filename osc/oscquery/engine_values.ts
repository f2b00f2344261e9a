import type { EngineControl } from "../../engine/control/control.ts";
import type { ParameterDeclaration } from "./namespace.ts";

/** The values of parameters, by their declarations, as OSCQuery needs them. */
export interface ParameterSource {
  /** In the parameter's unit. */
  readonly valueOf: (declaration: ParameterDeclaration) => number;
  /** Calls `listener` with the declaration's address when its value has changed; returns how to leave. */
  readonly onSet: (listener: (address: string) => void) => () => void;
}

/** The engine's own values: what was last given, a value with a time from then on. */
export function engineValues(
  engine: Pick<EngineControl, "parameters" | "parameterValue" | "observe">,
): ParameterSource {
  return {
    valueOf: ({ address, default: fallback }) => {
      const index = engine.parameters.findIndex((declared) => declared.address === address);
      return engine.parameterValue(index) ?? fallback;
    },
    onSet: (listener) =>
      engine.observe((event) => {
        if (event.event === "parameter") listener(engine.parameters[event.parameter].address);
      }),
  };
}
