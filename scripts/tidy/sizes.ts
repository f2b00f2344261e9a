/** The largest files, functions and folders: a place to look, not a limit. */
import type { Source } from "./sources.ts";

/** One size, in lines or in entries. */
export interface Size {
  readonly name: string;
  readonly count: number;
}

/** Sizes of a tree, each list with the largest first. */
export interface Sizes {
  /** Lines a file. */
  readonly files: readonly Size[];
  /** Lines a function or method. */
  readonly functions: readonly Size[];
  /** Files and folders directly in a folder. */
  readonly folders: readonly Size[];
  /** Parameters of functions and methods that other files can call, of those with more than three. */
  readonly parameters: readonly Size[];
}

/** More of them become one object with names. */
const maxParameters = 3;

/** Sizes of everything in `sources`; parameters are those of the program, the kit, the benchmarks and the scripts. */
export function sizesOf(sources: readonly Source[]): Sizes {
  const functions = sources.flatMap(({ path, declarations }) =>
    declarations.flatMap(({ functions }) => functions.map((shape) => ({ path, ...shape })))
  );
  const entries = new Map<string, Set<string>>();
  for (const { path } of sources) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join("/");
      entries.set(folder, (entries.get(folder) ?? new Set()).add(parts[depth]));
    }
  }
  return {
    files: sorted(sources.map(({ path, text }) => ({ name: path, count: text.split("\n").length - 1 }))),
    functions: sorted(
      functions.map(({ path, name, line, lastLine }) => ({
        name: `${path}:${line} ${name}`,
        count: lastLine - line + 1,
      })),
    ),
    folders: sorted([...entries].map(([name, inside]) => ({ name, count: inside.size }))),
    parameters: sorted(
      functions.filter((shape) =>
        shape.public && shape.parameters > maxParameters && !shape.path.startsWith("tests/")
      ).map(({ path, name, line, parameters }) => ({ name: `${path}:${line} ${name}`, count: parameters })),
    ),
  };
}

/** The first `rows` of each list, in columns. */
export function sizesText(sizes: Sizes, rows = 10): string {
  const part = (title: string, list: readonly Size[]) =>
    [title, ...list.slice(0, rows).map(({ name, count }) => `${String(count).padStart(6)}  ${name}`)].join(
      "\n",
    );
  return [
    part("Longest files, in lines", sizes.files),
    part("Longest functions, in lines", sizes.functions),
    part("Fullest folders, in entries", sizes.folders),
    part(
      `Most parameters of what other files can call (${sizes.parameters.length} have more than ${maxParameters})`,
      sizes.parameters,
    ),
  ].join("\n\n");
}

function sorted(list: readonly Size[]): Size[] {
  return list.toSorted((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
