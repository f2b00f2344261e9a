/** The modules of the library with their files, for measuring, drawing and describing them. */
import * as library from "../../modules/mod.ts";
import type { Input, ParameterTable } from "../../modules/signal/module.ts";
import type { Note } from "../../modules/patch.ts";
import { connected } from "./connected.ts";
import type { Signal } from "../../modules/signal/signal.ts";

/** A module as its declaration describes it. */
export interface LibraryModule {
  readonly moduleName: string;
  readonly summary: string;
  readonly source: string;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly parameters: ParameterTable;
  readonly options: Readonly<Record<string, unknown>>;
  readonly outputOnly?: true;
}

/** A module and its place. */
export interface Entry {
  readonly module: LibraryModule;
  /** Folder below `modules/`. */
  readonly category: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Path of its test twin. */
  readonly test: string;
}

const root = new URL("../../", import.meta.url);

/** All modules that a patch can use, in the order of `modules/mod.ts`: by folder, then by file. */
export function libraryEntries(): readonly Entry[] {
  const text = Deno.readTextFileSync(new URL("modules/mod.ts", root));
  return [...text.matchAll(/export \{([^}]+)\} from "\.\/(\w+)\/(\w+)\.ts"/g)].flatMap(
    ([, names, category, file]) =>
      names.split(",").map((name) => library[name.trim() as keyof typeof library] as unknown)
        .filter((one): one is LibraryModule => typeof one === "function" && "moduleName" in one)
        .map((module) => ({
          module,
          category,
          file: `modules/${category}/${file}.ts`,
          test: `tests/modules/${category}/${file}_test.ts`,
        })),
  );
}

/** File of the modules that play one. */
export const soundFile = library.sampleFile("sound.wav");

/** Calls a module with arguments that its declaration allows. */
export function call(module: LibraryModule, args: Readonly<Record<string, unknown>>): unknown {
  const file = "file" in module.options ? { file: soundFile } : {};
  return (module as unknown as (args: object) => unknown)({ ...file, ...args });
}

/** {@link connected} inputs, without the optional ones that take no sound. */
export function inputsOf(module: LibraryModule, source: Signal<"1">, note?: Note): Record<string, unknown> {
  const inputs = Object.entries(module.inputs).filter(([key, { optional }]) =>
    !optional || key.startsWith("input")
  );
  return connected(Object.fromEntries(inputs), source, note);
}
