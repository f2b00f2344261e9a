import { nearest } from "../../foundation/nearest.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";

/**
 * The same values by the same names, where a name that is not there is an error: JavaScript gives `undefined`, which later means
 * "the default".
 *
 * @param what begins the error text, as in `master: there is no parameter`
 */
export function strictNames<T extends object>(values: T, what: string): T {
  return new Proxy(values, {
    get(target, name, receiver) {
      // the runtime asks for names of its own, e.g. when it prints an object
      if (typeof name === "symbol" || name in target || name === "then" || name === "toJSON") {
        return Reflect.get(target, name, receiver);
      }
      throw new PatchError(`${what} ${name}; ${alternatives(name, Object.keys(target))}`);
    },
  });
}

/** Refuses names that are not allowed. Throws {@link PatchError}, which names the nearest. */
export function checkNames(what: string, given: object, allowed: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (!allowed.includes(name)) throw new PatchError(`${what} ${name}; ${alternatives(name, allowed)}`);
  }
}

function alternatives(name: string, there: readonly string[]): string {
  return there.length === 0 ? "there are none" : `did you mean ${nearest(name, there)}?`;
}
