import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isPatchFile } from "./patch_name.ts";

/**
 * Where the sound files of a patch are looked for: in the folder of the settings; without one, in `samples` beside a patch
 * file, or among those that come with the ready patches.
 */
export function sampleFolderOf(patchNameOrFile: string, declared: string | undefined): string {
  if (declared !== undefined) return resolve(declared);
  return isPatchFile(patchNameOrFile)
    ? join(dirname(resolve(patchNameOrFile)), "samples")
    : fileURLToPath(new URL("../samples", import.meta.url));
}
