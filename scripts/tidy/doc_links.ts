/** Links in comments to names in the code, and whether there is something at the other end. */
import type { Declaration } from "./declarations.ts";
import type { Finding } from "./finding.ts";
import type { Source } from "./sources.ts";

const link = /\{@link\s+([^\s|}]+)/g;

/** Links to a name that the file neither declares nor imports, or to a member that its holder does not have. */
export function docLinkFindings(sources: readonly Source[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  return sources.flatMap((source) =>
    source.comments.flatMap(({ text, line }) =>
      [...text.matchAll(link)].flatMap((match) => {
        const target = match[1];
        if (/^https?:/.test(target) || leadsSomewhere(source, target, byPath)) return [];
        const file = source.path;
        const at = line + text.slice(0, match.index).split("\n").length - 1;
        return [{
          file,
          line: at,
          text: `{@link ${target}} leads nowhere; declare or import ${target}, or write it as code`,
        }];
      })
    )
  );
}

function leadsSomewhere(source: Source, target: string, byPath: ReadonlyMap<string, Source>): boolean {
  const [name, member] = target.split(".");
  const declared = declarationNamed(source, name);
  if (declared) return member === undefined || declared.some((found) => hasMember(found, member));
  const taken = importOf(source, name);
  if (taken === undefined) {
    return member === undefined && source.declarations.some((found) => hasMember(found, name, false));
  }
  if (member === undefined || taken === "package") return true;
  const holder = byPath.get(taken.path);
  const found = holder && declarationNamed(holder, taken.exported);
  return found === undefined || found.some((declaration) => hasMember(declaration, member));
}

/** A name can be declared as a type and as a value. */
function declarationNamed({ declarations }: Source, name: string): Declaration[] | undefined {
  const found = declarations.filter((declaration) => declaration.name === name);
  return found.length > 0 ? found : undefined;
}

function hasMember({ kind, members, inherits }: Declaration, name: string, inherited = true): boolean {
  return members.includes(name) || (inherited && (inherits || kind === "constant" || kind === "namespace"));
}

function importOf(
  { imports, code }: Source,
  name: string,
): { path: string; exported: string } | "package" | undefined {
  for (const { path, names } of imports) {
    const taken = names.find(({ local }) => local === name);
    if (taken) return { path, exported: taken.exported };
  }
  // a package is not part of the tree; that its name is imported shows in the words before `from`
  let inImport = false;
  for (const [index, { kind, text }] of code.entries()) {
    if (kind === "word" && text === "import") inImport = true;
    else if (inImport && kind === "string") inImport = false;
    else if (inImport && text === name && code[index + 1]?.text !== "as") return "package";
  }
  return undefined;
}
