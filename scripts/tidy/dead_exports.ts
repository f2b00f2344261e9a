/** Exports that no part of the program uses. */
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";

/** Files whose exports are for others than this project, or for the command line. */
const entries = new Set(["main.ts", "modules/mod.ts", "show/mod.ts"]);

interface Uses {
  /** By files that are no tests. */
  readonly program: Set<string>;
  readonly tests: Set<string>;
}

/** Code that nothing but tests uses, and names that are exported although no other file takes them. */
export function deadExportFindings(sources: readonly Source[]): Finding[] {
  const uses = usesOf(sources);
  return sources.filter(({ path }) => !entries.has(path)).flatMap((source) => {
    const { path, declarations, listedExports } = source;
    const isTest = path.startsWith("tests/");
    const exported = declarations.filter(({ exported }) => exported).map((
      { name, line, kind, inherits },
    ) => ({
      name,
      line,
      inSignature: kind === "interface" || kind === "type" || (inherits && name.endsWith("Error")),
      local: name,
    }));
    const listed = listedExports.map(({ local, exported }) => ({
      name: exported,
      line: undefined,
      inSignature: false,
      local,
    }));
    return [...exported, ...listed].flatMap(({ name, line, inSignature, local }): Finding[] => {
      const key = `${path} ${name}`;
      if (uses.program.has(key) || uses.program.has(`${path} *`)) return [];
      const tested = uses.tests.has(key) || uses.tests.has(`${path} *`);
      if (isTest && tested) return [];
      if (occurrences(source, local) > 1) {
        if (tested || inSignature) return [];
        return [{ file: path, line, text: `exports ${name}, which no other file imports; remove "export"` }];
      }
      if (path.startsWith("testing/") && tested) return [];
      return [{
        file: path,
        line,
        text: `exports ${name}, which ${tested ? "tests alone use" : "nothing uses"}; remove it`,
      }];
    });
  });
}

/** `path name` of everything that another file takes, also by way of files that hand it on. */
function usesOf(sources: readonly Source[]): Uses {
  const program = new Set<string>();
  const tests = new Set<string>();
  const handedOn = new Map<string, string[]>();
  for (const { path, imports } of sources) {
    const users = path.startsWith("tests/") ? tests : program;
    for (const { path: imported, form, names } of imports) {
      if (form === "address" && users === tests) users.add(`${imported} *`); // read or started as a whole
      for (const { exported, local } of names) {
        const key = `${imported} ${exported}`;
        if (form === "export" && !entries.has(path)) {
          const through = `${path} ${exported === "*" ? "*" : local}`;
          handedOn.set(through, [...handedOn.get(through) ?? [], key]);
        } else users.add(key);
      }
    }
  }
  for (const users of [program, tests]) {
    for (const key of users) handedOn.get(key)?.forEach((source) => users.add(source)); // a set visits what is added
  }
  return { program, tests };
}

/** How often a file names something, its declaration included; members of other things are left out. */
function occurrences({ code }: Source, name: string): number {
  return code.filter(({ kind, text }, index) =>
    kind === "word" && text === name && code[index - 1]?.text !== "."
  )
    .length;
}
