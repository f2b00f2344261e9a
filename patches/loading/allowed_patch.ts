import { dirname, resolve } from "node:path";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { isPatchFile } from "./patch_name.ts";

/** What may be loaded from afar. */
export interface AllowedPatches {
  /** Name or file that the engine was started with. */
  readonly first: string;
  /** Folder whose files may be loaded, with all that is below it. */
  readonly folder: string | undefined;
}

/**
 * Decides what a sender of `/patch/load` gets: a patch that comes with Understudy, the file that the engine was started
 * with, or a file below the declared folder. Links are followed first, so none leads out of it.
 *
 * @returns what to load: a name, or the real path of a file
 * @throws {PatchError} for a file that is elsewhere or is not there; both get the same answer
 */
export async function allowedPatch(
  nameOrFile: string,
  { first, folder }: AllowedPatches,
): Promise<string> {
  if (!isPatchFile(nameOrFile)) return nameOrFile;
  const real = (path: string) => Deno.realPath(path).catch(() => undefined);
  if (nameOrFile === first) return nameOrFile;
  if (folder === undefined) {
    throw new PatchError(
      `${nameOrFile}: patch files are loaded from one folder only; start with UNDERSTUDY_PATCH_FOLDER set to it`,
    );
  }
  const [path, root, started] = await Promise.all([
    real(resolve(folder, nameOrFile)),
    real(folder),
    real(first),
  ]);
  if (path !== undefined && (path === started || isBelow(path, root))) return path;
  throw new PatchError(`${nameOrFile}: there is no such file below the folder of patches`);
}

function isBelow(path: string, root: string | undefined): boolean {
  if (root === undefined) return false;
  for (let folder = dirname(path);; folder = dirname(folder)) {
    if (folder === root) return true;
    if (folder === dirname(folder)) return false;
  }
}
