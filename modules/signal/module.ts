/**
 * The contract of a module: one table of inputs, parameters and their reasons, and one pure function from signals to signals.
 * The table is the single source of range checks, OSC ranges, documentation and types: a wrong
 * name, unit or kind of signal is an error in the editor, a value out of range one when the patch is built.
 */
import { buildRateHz, currentUse, withUse } from "./build_context.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { maxController } from "../../compiler/graph/limits.ts";
import { rangeProblem } from "../../compiler/graph/range_problem.ts";
import { nearest } from "../../foundation/nearest.ts";
import { callerLocation } from "./patch_location.ts";
import { always, Condition, constant, kindOf, Signal, type Unit } from "./signal.ts";

/** A parameter of a module or a patch. */
export interface Parameter<U extends Unit = Unit> {
  readonly unit: U;
  readonly min: number;
  readonly max: number;
  readonly default: number;
  /** Distribution of a control over the range; `exponential` needs a `min` above 0. */
  readonly curve: "linear" | "exponential";
  /** Time of the straight ramp to a new value when it is a patch's parameter; 0: at once. */
  readonly smoothingSeconds: number;
  /** Its effect on the sound, and the reason for the range. */
  readonly why: string;
  /**
   * MIDI controller, 0 to 119, that sets it when it is a patch's parameter, as 1, the modulation wheel. Omitted: the controller
   * that its name stands for, if any.
   */
  readonly controller?: number;
}

export type ParameterTable = Readonly<Record<string, Parameter>>;

/** An input to connect: a signal of some unit, or a condition. */
export interface Input {
  readonly kind: Unit | "condition";
  /** May be omitted; then it is zero, and a condition is never true. */
  readonly optional?: true;
  readonly why: string;
}

type InputTable = Readonly<Record<string, Input>>;

type InputSignals<I extends InputTable> = {
  readonly [K in keyof I]: I[K]["kind"] extends "condition" ? Condition
    : I[K]["kind"] extends Unit ? Signal<I[K]["kind"]>
    : never;
};

/** A parameter table's signals, by name. */
export type ParameterSignals<P extends ParameterTable> = {
  readonly [K in keyof P]: Signal<P[K]["unit"]>;
};

type InputArguments<I extends InputTable> =
  & { readonly [K in keyof I as I[K] extends { optional: true } ? never : K]: InputSignals<I>[K] }
  & { readonly [K in keyof I as I[K] extends { optional: true } ? K : never]?: InputSignals<I>[K] };

type ParameterArguments<P extends ParameterTable> = {
  readonly [K in keyof P]?: Signal<P[K]["unit"]> | number;
};

/** The surroundings of a module's function: sample rate and error reporting. */
export interface Site {
  readonly sampleRateHz: number;
  /** Throws {@link PatchError} about an option: what was expected, what was found. */
  readonly reject: (option: string, problem: string) => never;
}

export interface ModuleDeclaration<I extends InputTable, P extends ParameterTable, O extends object, R> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Paper, book or derivation of the method. */
  readonly source: string;
  readonly inputs: I;
  readonly parameters: P;
  /** Fixed when the patch is built, with their defaults: sizes, modes. */
  readonly options: O;
  /** It needs channels side by side, which only the output has; a voice refuses it. */
  readonly outputOnly?: true;
  readonly process: (
    signals: InputSignals<I> & ParameterSignals<P>,
    options: O,
    site: Site,
  ) => R;
}

/** A module: called with its inputs, it returns its outputs. Omitted parameters and options take their defaults. */
export type Module<I extends InputTable, P extends ParameterTable, O extends object, R> =
  & ((args: InputArguments<I> & ParameterArguments<P> & Partial<O>) => R)
  & Omit<ModuleDeclaration<I, P, O, R>, "name">
  & { readonly moduleName: string };

/** Declares a module. Throws TypeError when the table contradicts itself. */
export function defineModule<
  const I extends InputTable,
  const P extends ParameterTable,
  O extends object,
  R,
>(
  declaration: ModuleDeclaration<I, P, O, R>,
): Module<I, P, O, R> {
  const { name, inputs, parameters, options, process, ...described } = declaration;
  for (const [key, parameter] of Object.entries(parameters)) checkParameter(`${name}: ${key}`, parameter);
  const names = [inputs, parameters, options].flatMap(Object.keys);
  const twice = names.find((key, place) => names.indexOf(key) < place);
  if (twice) throw new TypeError(`${name}: ${twice}: names more than one of inputs, parameters and options`);
  const call = (args: Readonly<Record<string, unknown>>): R => {
    const location = callerLocation(call) || currentUse().location;
    return withUse({ name, location }, () => {
      const at = (key: string) => `${name}: ${key}${location && ` (${location})`}`;
      if (typeof args !== "object" || args === null) {
        throw new PatchError(
          `${name} (${location}): expected one object of arguments, found ${kindOf(args)}`,
        );
      }
      const signals: Record<string, unknown> = {};
      for (const [key, given] of Object.entries(args)) {
        if (!names.includes(key)) {
          throw new PatchError(
            `${at(key)}: there is no such input, parameter or option; did you mean ${
              nearest(key, names)
            }? There are: ${names.join(", ")}`,
          );
        }
        if (given === undefined) {
          throw new PatchError(`${at(key)}: expected a value, found nothing; leave it out for the default`);
        }
      }
      for (const [key, input] of Object.entries<Input>(inputs)) {
        signals[key] = checkInput(at(key), input, args[key]);
      }
      for (const [key, parameter] of Object.entries(parameters)) {
        signals[key] = checkArgument(at(key), parameter, args[key]);
      }
      const chosen = Object.fromEntries(
        Object.entries(options).map(([key, value]) => [key, args[key] ?? value]),
      ) as O;
      const reject = (option: string, problem: string): never => {
        throw new PatchError(`${at(option)}: ${problem}`);
      };
      return process(signals as InputSignals<I> & ParameterSignals<P>, chosen, {
        sampleRateHz: buildRateHz(),
        reject,
      });
    });
  };
  return Object.assign(call as unknown as Module<I, P, O, R>, {
    moduleName: name,
    ...described,
    inputs,
    parameters,
    options,
    process,
  });
}

const parameterKeys: readonly string[] = [
  ...["unit", "min", "max", "default", "curve", "smoothingSeconds", "why", "controller"] as const,
] satisfies readonly (keyof Parameter)[];

/** Throws TypeError when a parameter's table contradicts itself. */
export function checkParameter(name: string, parameter: Parameter): void {
  const { smoothingSeconds, why, controller = 0 } = parameter;
  const unknown = Object.keys(parameter).find((key) => !parameterKeys.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(
      `${name}: a parameter has no ${unknown}; did you mean ${nearest(unknown, parameterKeys)}?`,
    );
  }
  const problem = rangeProblem(parameter);
  if (problem !== undefined) throw new TypeError(`${name}: ${problem}`);
  if (!(smoothingSeconds >= 0 && smoothingSeconds < Infinity)) {
    throw new TypeError(`${name}: smoothingSeconds: expected 0 or more, found ${smoothingSeconds}`);
  }
  if (!Number.isInteger(controller) || controller < 0 || controller > maxController) {
    throw new TypeError(`${name}: controller: expected 0 to ${maxController}, found ${controller}`);
  }
  if (why === "") throw new TypeError(`${name}: expected a reason in why, found none`);
}

function checkInput(name: string, { kind, optional }: Input, given: unknown): Signal<Unit> | Condition {
  if (given === undefined && optional) return kind === "condition" ? always(false) : constant(0);
  if (kind === "condition") {
    if (given instanceof Condition) return given;
    throw new PatchError(`${name}: expected a condition, found ${kindOf(given)}`);
  }
  if (given instanceof Signal) return given;
  if (typeof given === "number" && Number.isFinite(given)) return constant(given);
  throw new PatchError(`${name}: expected a signal, found ${kindOf(given)}`);
}

/** Checks numbers; limits signals that could leave the range. */
function checkArgument(name: string, parameter: Parameter, given: unknown): Signal<Unit> {
  const { min, max, unit } = parameter;
  if (given === undefined) return constant(parameter.default);
  if (typeof given === "number") {
    if (given >= min && given <= max) return constant(given);
    const range = `${min} to ${max}${unit === "1" ? "" : ` ${unit}`}`;
    throw new PatchError(`${name}: expected ${range}, found ${given}`);
  }
  if (!(given instanceof Signal)) {
    throw new PatchError(`${name}: expected a signal or a number, found ${kindOf(given)}`);
  }
  const range = (given as Signal<Unit>).source.range;
  if (range && range.min >= min && range.max <= max) return given;
  return (given as Signal<Unit>).within(min, max);
}
