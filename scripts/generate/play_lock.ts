/**
 * The lock file of those who only play: the packages that the program itself imports, in the versions of deno.lock, so that a start
 * downloads no tool of tests and documents.
 */

import { programParts } from "../../cli/kept_program.ts";

const root = new URL("../../", import.meta.url);

/** `play.lock` as `deno task generate` writes it. */
export function playLockFile(): string {
  const { imports }: { imports: Readonly<Record<string, string>> } = JSON.parse(read("deno.json"));
  const packages = Object.keys(imports).filter((name) => imports[name].startsWith("npm:"));
  // types of a package that only some need, and that is loaded by a name in a constant, are none of its code
  const text = programParts.flatMap(sourcesIn).map(read).join("\n").replaceAll("typeof import(", "");
  return playLock(
    read("deno.lock"),
    packages.filter((name) => text.includes(`from "${name}"`) || text.includes(`import("${name}")`)),
  );
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, root));
}

/** Sources in a part of the program that the engine runs; the browser has copies of its packages. */
function sourcesIn(part: string): string[] {
  if (part === "dashboard") return [];
  if (!Deno.statSync(new URL(part, root)).isDirectory) return part.endsWith(".ts") ? [part] : [];
  return [...Deno.readDirSync(new URL(part, root))].map(({ name }) => `${part}/${name}`).flatMap(sourcesIn);
}

/** What is used of a lock file. */
interface LockFile {
  readonly version: string;
  /** By specifier, the version that it stands for. */
  readonly specifiers: Readonly<Record<string, string>>;
  /** By `name@version`. */
  readonly npm: Readonly<Record<string, { readonly dependencies?: readonly string[] }>>;
  /** What deno.json declares: the runtime compares it, and downloads none of it. */
  readonly workspace: unknown;
}

/** The part of a lock file that these packages need. Throws when the lock file lacks one. */
export function playLock(lockText: string, packages: readonly string[]): string {
  const lock: LockFile = JSON.parse(lockText);
  const known = Object.keys(lock.npm);
  const needed = new Set<string>();
  const specifiers: Record<string, string> = {};
  for (const name of packages) {
    const specifier = Object.keys(lock.specifiers).find((each) => each.startsWith(`npm:${name}@`));
    if (specifier === undefined) throw new Error(`deno.lock has no package ${name}`);
    specifiers[specifier] = lock.specifiers[specifier];
    need(`${name}@${lock.specifiers[specifier]}`);
  }
  return `${
    JSON.stringify(
      {
        version: lock.version,
        specifiers: sorted(specifiers),
        npm: Object.fromEntries([...needed].sort().map((key) => [key, lock.npm[key]])),
        workspace: lock.workspace,
      },
      undefined,
      2,
    )
  }\n`;

  /** A dependency has its version only where the lock file has several. */
  function need(dependency: string): void {
    const key = known.find((each) => each === dependency) ??
      known.find((each) => each.slice(0, each.lastIndexOf("@")) === dependency);
    if (key === undefined) throw new Error(`deno.lock has no package ${dependency}`);
    if (needed.has(key)) return;
    needed.add(key);
    lock.npm[key].dependencies?.forEach(need);
  }
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => a < b ? -1 : 1));
}
