/**
 * The program as it was when it started. What starts later, renderers, the rehearsal of a patch, the decoder of samples, the next
 * control process, must run the same code as what plays, also when the checkout has changed meanwhile. So `start` copies the
 * program first, under a hash of its files, and everything is loaded from the copy. The copy stays, so the next start of the same
 * version has only to read and compare. A compiled binary carries its code and needs none of this.
 *
 * Packages are not copied: the lock file pins their versions, and the runtime's cache keeps every version under a name of its
 * own. So a copy takes them from there, and not from the `node_modules` of the checkout, which follows the checkout.
 */
import { createHash } from "node:crypto";
import { exists } from "../foundation/exists.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { makePrivateFolder } from "../foundation/private_folder.ts";
import { ConfigError } from "../config/config_error.ts";

/** Folders and files of a checkout that the program consists of. */
export const programParts = [
  "main.ts",
  "deno.json",
  "deno.lock",
  "cli",
  "compiler",
  "config",
  "engine",
  "ffi",
  "foundation",
  "midi",
  "modules",
  "osc",
  "patches",
] as const;

/** File by which a copy is known as one. */
const marker = "kept";

/**
 * Copies the program unless the copy is there, whole and unchanged. Returns the folder that has it, with `/` at its end.
 *
 * @param root folder of the checkout, with `/` at its end; a copy, or what was not loaded from a disk, is returned as it is
 * @throws {ConfigError} when the cache cannot be written to, and NotPrivateError when others can
 */
export function keepProgram(root: URL, cacheDirectory: string): URL {
  if (root.protocol !== "file:" || exists(new URL(marker, root))) return root;
  try {
    makePrivateFolder(cacheDirectory, "UNDERSTUDY_CACHE_DIR");
    const files = new Map(
      programParts.flatMap((part) => filesOf(root, part)).map(([path, bytes]) => [path, asKept(path, bytes)]),
    );
    const hash = hashOf(files);
    const folder = `${cacheDirectory}/program-${hash.slice(0, 16)}`;
    if (!isCopy(folder, hash)) {
      removeFolder(folder);
      copy(files, folder);
    }
    return new URL(`file://${encodeURI(Deno.realPathSync(folder))}/`);
  } catch (cause) {
    if (cause instanceof ExitError) throw cause;
    throw new ConfigError([
      `cannot keep a copy of the program in ${cacheDirectory} (${(cause as Error).message}): ` +
      "set UNDERSTUDY_CACHE_DIR to a folder that can be written to",
    ], { cause });
  }
}

function hashOf(files: Iterable<readonly [string, Uint8Array]>): string {
  const hash = createHash("sha256");
  for (const [path, bytes] of files) hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  return hash.digest("hex");
}

/** Whether a folder has these very files: a disk may have lost some, and nothing else may have been put in their place. */
function isCopy(folder: string, hash: string): boolean {
  if (!exists(folder)) return false;
  const root = new URL(`file://${encodeURI(Deno.realPathSync(folder))}/`);
  try {
    return exists(new URL(marker, root)) &&
      hashOf(programParts.flatMap((part) => filesOf(root, part))) === hash;
  } catch {
    return false;
  }
}

/** Takes a damaged copy out of the way, at once and whole. */
function removeFolder(folder: string): void {
  if (!exists(folder)) return;
  const aside = `${folder}-${crypto.randomUUID()}`;
  Deno.renameSync(folder, aside);
  Deno.removeSync(aside, { recursive: true });
}

/** A file, or all files in a folder, in order, by their path below the root. */
function filesOf(root: URL, path: string): [string, Uint8Array][] {
  const place = new URL(path, root);
  if (!Deno.statSync(place).isDirectory) return [[path, Deno.readFileSync(place)]];
  const names = [...Deno.readDirSync(place)].map(({ name }) => name).sort();
  return names.flatMap((name) => filesOf(root, `${path}/${name}`));
}

/** Writes beside and renames, so that a copy is whole or not there. */
function copy(files: ReadonlyMap<string, Uint8Array>, folder: string): void {
  const beside = `${folder}-${crypto.randomUUID()}`;
  for (const [path, bytes] of files) {
    const target = `${beside}/${path}`;
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    Deno.writeFileSync(target, bytes);
  }
  Deno.writeTextFileSync(`${beside}/${marker}`, "");
  try {
    Deno.renameSync(beside, folder);
  } catch (error) {
    Deno.removeSync(beside, { recursive: true });
    if (!exists(folder)) throw error; // otherwise another start was faster
  }
}

/** A file as the copy has it: by the configuration of the copy, the runtime takes packages from its cache. */
function asKept(path: string, bytes: Uint8Array): Uint8Array {
  if (path !== "deno.json") return bytes;
  const manifest = JSON.parse(new TextDecoder().decode(bytes));
  return new TextEncoder().encode(JSON.stringify({ ...manifest, nodeModulesDir: "none" }, undefined, 2));
}
