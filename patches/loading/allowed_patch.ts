import { dirname, resolve } from "node:path";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { printable } from "../../foundation/printable.ts";
import { isPatchFile } from "./patch_name.ts";

/** Characters of a refused name that the error repeats. */
const maxShownLength = 200;

/** The patch files that remote senders may load. */
export interface AllowedPatches {
  /** Name or file that the engine was started with. */
  readonly first: string | undefined;
  /** Folder whose files may be loaded, with those in its subfolders. */
  readonly folder: string | undefined;
}

/**
 * Decides what a sender of `/patch/load` gets: a patch that comes with Understudy, the file that the engine was started
 * with, or a file below the declared folder. Symbolic links are resolved first, so none leads out of the folder.
 *
 * @returns what to load: a name, or the real path of a file
 * @throws {PatchError} for a file that is elsewhere or does not exist; the message does not tell which
 */
export async function allowedPatch(
  nameOrFile: string,
  { first, folder }: AllowedPatches,
): Promise<string> {
  if (!isPatchFile(nameOrFile)) return nameOrFile;
  const real = (path: string) => Deno.realPath(path).catch(() => undefined);
  if (nameOrFile === first) return nameOrFile;
  const shown = printable(nameOrFile.slice(0, maxShownLength));
  if (folder === undefined) {
    throw new PatchError(
      `${shown}: patch files are loaded from one folder only; start with UNDERSTUDY_PATCH_FOLDER set to it`,
    );
  }
  const [path, root, started] = await Promise.all([
    real(resolve(folder, nameOrFile)),
    real(folder),
    first === undefined ? undefined : real(first),
  ]);
  if (path !== undefined && (path === started || isBelow(path, root))) return path;
  throw new PatchError(`${shown}: there is no such file below the folder of patches`);
}

function isBelow(path: string, root: string | undefined): boolean {
  if (root === undefined) return false;
  for (let folder = dirname(path);; folder = dirname(folder)) {
    if (folder === root) return true;
    if (folder === dirname(folder)) return false;
  }
}
