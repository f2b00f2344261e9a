/**
 * The program as it was when it started. What starts later, renderers, the rehearsal of a patch, the decoder of samples, the next
 * control process, must run the same code as what plays, also when the checkout has changed meanwhile. So `start` copies the
 * program first, under a hash of its files, and everything is loaded from the copy. The copy stays, so the next start of the same
 * version has only to read and compare. A compiled binary carries its code and needs none of this.
 *
 * Whoever plays from a copy holds a shared lock on its marker: the process, and in processes of their own the launcher. A start
 * removes the copies of other versions that nobody holds and that no start has used for a while.
 *
 * Packages are not copied: the lock file pins their versions, and the runtime's cache keeps every version under a name of its
 * own. So a copy takes them from there, and not from the `node_modules` of the checkout, which follows the checkout.
 */
import { exists } from "../foundation/exists.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { makePrivateFolder } from "../foundation/private_folder.ts";
import { sha256 } from "../foundation/sha256.ts";
import { ConfigError } from "../config/config_error.ts";

/** Folders and files of a checkout that the program consists of. */
export const programParts = [
  "main.ts",
  "deno.json",
  "play.lock",
  "cli",
  "compiler",
  "config",
  "dashboard",
  "engine",
  "ffi",
  "foundation",
  "midi",
  "modules",
  "monitoring",
  "osc",
  "patches",
  "show",
  "telemetry",
  "timecode",
  "triggers",
] as const;

/** File by which a copy is known as one, and which is locked by whoever plays from it; the launcher knows its name too. */
const marker = "kept";

/** What stands in it: copies without are of versions that lock nothing, so nobody can tell whether they play. */
const lockable = "locked while it plays\n";

/** A copy that was used within this stays: between two processes of one engine nobody may hold it for a moment. */
const recentMs = 3_600_000;

/** The locks of this process, held until it ends. */
const held: Deno.FsFile[] = [];

/**
 * Copies the program unless the copy is there, whole and unchanged. Returns the folder that has it, with `/` at its end.
 *
 * @param root folder of the checkout, with `/` at its end; a copy, or what was not loaded from a disk, is returned as it is
 * @throws {ConfigError} when the cache cannot be written to, and NotPrivateError when others can
 */
export async function keepProgram(root: URL, cacheDirectory: string): Promise<URL> {
  if (root.protocol !== "file:") return root;
  if (exists(new URL(marker, root))) {
    hold(root);
    return root;
  }
  try {
    makePrivateFolder(cacheDirectory, "UNDERSTUDY_CACHE_DIR");
    const files = new Map(
      programParts.flatMap((part) => filesOf(root, part)).map(([path, bytes]) => [path, asKept(path, bytes)]),
    );
    const hash = await hashOf(files);
    const folder = `${cacheDirectory}/program-${hash.slice(0, 16)}`;
    if (!await isCopy(folder, hash)) removeFolder(folder);
    const place = () => new URL(`file://${encodeURI(Deno.realPathSync(folder))}/`);
    // one that another start removes at this moment is copied again
    while (!exists(folder) || !hold(place())) copy(files, folder);
    return place();
  } catch (cause) {
    if (cause instanceof ExitError) throw cause;
    throw new ConfigError([
      `cannot keep a copy of the program in ${cacheDirectory} (${(cause as Error).message}): ` +
      "set UNDERSTUDY_CACHE_DIR to a folder that can be written to",
    ], { cause });
  }
}

function hashOf(files: Iterable<readonly [string, Uint8Array<ArrayBuffer>]>): Promise<string> {
  return sha256([...files].flatMap(([path, bytes]) => [`${path}\0${bytes.length}\0`, bytes]));
}

/** Whether a folder has these very files: a disk may have lost some, and nothing else may have been put in their place. */
async function isCopy(folder: string, hash: string): Promise<boolean> {
  if (!exists(folder)) return false;
  const root = new URL(`file://${encodeURI(Deno.realPathSync(folder))}/`);
  try {
    return exists(new URL(marker, root)) &&
      await hashOf(programParts.flatMap((part) => filesOf(root, part))) === hash;
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

/**
 * Removes copies of other versions that nobody plays from; a copy that cannot be removed, e.g. another user's, stays.
 *
 * @param current the copy that this program plays from
 */
export function removeOldPrograms(current: URL, cacheDirectory: string, nowMs = Date.now()): void {
  if (!exists(cacheDirectory)) return;
  for (const { name, isDirectory } of [...Deno.readDirSync(cacheDirectory)]) {
    if (!isDirectory || !/^program-[0-9a-f]{16}(-[0-9a-f-]{36})?$/.test(name)) continue;
    try {
      const folder = Deno.realPathSync(`${cacheDirectory}/${name}`);
      if (new URL(`file://${encodeURI(folder)}/`).href !== current.href) removeUnused(folder, nowMs);
    } catch {
      // it is looked at again by the next start
    }
  }
}

/** One that was never finished has no marker, and counts from when it was begun. */
function removeUnused(folder: string, nowMs: number): void {
  const isWhole = exists(`${folder}/${marker}`);
  const { mtime } = Deno.statSync(isWhole ? `${folder}/${marker}` : folder);
  if (mtime === null || nowMs - mtime.getTime() < recentMs) return;
  if (!isWhole) return Deno.removeSync(folder, { recursive: true });
  if (Deno.readTextFileSync(`${folder}/${marker}`) !== lockable) return;
  using file = Deno.openSync(`${folder}/${marker}`, { read: true, write: true });
  if (!file.tryLockSync(true)) return;
  const beside = `${folder.slice(0, folder.lastIndexOf("/program-") + 25)}-${crypto.randomUUID()}`;
  Deno.renameSync(folder, beside); // gone at once, whatever becomes of the rest
  Deno.removeSync(beside, { recursive: true });
}

/** Keeps a copy from being removed, until this process ends. Returns false when it was removed before that. */
function hold(folder: URL): boolean {
  const path = new URL(marker, folder);
  try {
    const now = new Date();
    Deno.utimeSync(path, now, now);
    const file = Deno.openSync(path, { read: true });
    file.lockSync(false);
    held.push(file);
  } catch (error) {
    if (exists(path)) return true; // of a folder that cannot be written to: then nobody removes it either
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return exists(path);
}

/** A file, or all files in a folder, in order, by their path below the root. */
function filesOf(root: URL, path: string): [string, Uint8Array<ArrayBuffer>][] {
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
  Deno.writeTextFileSync(`${beside}/${marker}`, lockable);
  try {
    Deno.renameSync(beside, folder);
  } catch (error) {
    Deno.removeSync(beside, { recursive: true });
    if (!exists(folder)) throw error; // otherwise another start was faster
  }
}

/** A file as the copy has it: by its configuration the runtime takes the packages of the program from its cache. */
function asKept(path: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (path !== "deno.json") return bytes;
  return new TextEncoder().encode(playConfiguration(new TextDecoder().decode(bytes)));
}

/** `deno.json` of those who only play: packages come from the runtime's cache, as play.lock has them. */
export function playConfiguration(text: string): string {
  const kept = { ...JSON.parse(text), nodeModulesDir: "none", lock: { path: "play.lock", frozen: true } };
  return JSON.stringify(kept, undefined, 2);
}
