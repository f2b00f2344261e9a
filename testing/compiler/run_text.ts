import { assemble } from "../../compiler/wasm/assemble.ts";

/** A module that runs: its exported functions, and its memory of one page as floats and words. */
export interface RunningText {
  readonly call: (name: string, ...args: readonly number[]) => number;
  readonly floats: Float32Array;
  readonly words: Int32Array;
}

/** Assembles functions in WebAssembly text, beside one page of memory, and starts the module. */
export function runText(...functions: readonly string[]): RunningText {
  const wasm = assemble(`(module (memory (export "memory") 1 1)\n${functions.join("\n")})`, "test");
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
  const { buffer } = exports.memory as WebAssembly.Memory;
  return {
    call: (name, ...args) => (exports[name] as (...args: readonly number[]) => number)(...args),
    floats: new Float32Array(buffer),
    words: new Int32Array(buffer),
  };
}
