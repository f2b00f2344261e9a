import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isPatchFile } from "./patch_name.ts";

/**
 * The folder of a patch's sound files: the one of the settings; without one, `samples` beside a patch file, or the folder of
 * the ready patches.
 */
export function sampleFolderOf(patchNameOrFile: string, declared: string | undefined): string {
  if (declared !== undefined) return resolve(declared);
  return isPatchFile(patchNameOrFile)
    ? join(dirname(resolve(patchNameOrFile)), "samples")
    : fileURLToPath(new URL("../samples", import.meta.url));
}
