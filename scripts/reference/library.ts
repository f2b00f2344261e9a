/** The modules of the library with the files they stand in: what is measured, drawn and described. */
import * as library from "../../modules/mod.ts";
import type { Input, ParameterTable } from "../../modules/signal/module.ts";
import type { Note } from "../../modules/patch.ts";
import type { Signal } from "../../modules/signal/signal.ts";

/** A module as its declaration describes it. */
export interface LibraryModule {
  readonly moduleName: string;
  readonly summary: string;
  readonly source: string;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly parameters: ParameterTable;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A module and where it is. */
export interface Entry {
  readonly module: LibraryModule;
  /** Folder below `modules/`. */
  readonly category: string;
  /** Path from the root of the repository. */
  readonly file: string;
  /** Path of its test twin. */
  readonly test: string;
  /** Works only in the main mix, where channels are lanes. */
  readonly outputOnly: boolean;
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
          outputOnly: module.summary.includes("for the output only"),
        })),
  );
}

/** What plays a sound file is given one of this name. */
export const soundFile = library.sampleFile("sound.wav");

/** Calls a module with arguments that its declaration allows. */
export function call(module: LibraryModule, args: Readonly<Record<string, unknown>>): unknown {
  const file = "file" in module.options ? { file: soundFile } : {};
  return (module as unknown as (args: object) => unknown)({ ...file, ...args });
}

/**
 * Something for each input that a module has to be given.
 *
 * @param source what goes into all that take a sound, and opens what takes a condition
 */
export function inputsOf(module: LibraryModule, source: Signal<"1">, note?: Note): Record<string, unknown> {
  const inputs = Object.entries(module.inputs).filter(([key, { optional }]) =>
    !optional || key.startsWith("input")
  );
  return Object.fromEntries(inputs.map(([key, { kind }]) => [
    key,
    kind === "1"
      ? source
      : kind === "semitones"
      ? note?.number
      : note?.[key as "gate" | "trigger"] ?? source.isAbove(0),
  ]));
}
