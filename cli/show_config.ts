import { dirname, resolve } from "node:path";
import type { Config } from "../config/settings.ts";
import { readTextFileSync } from "../foundation/read_text_file.ts";
import { isPatchFile } from "../patches/loading/patch_name.ts";
import { maxShowBytes, readShow } from "../show/mod.ts";

/** Memory for the sound files of a show, where the settings give none. */
const usualStreamMiB = 64;

/**
 * The settings of a start that plays a show: its patch, or one that brings buses to outputs, and memory for its files. A show that
 * cannot be read changes nothing here: it is checked later.
 *
 * @param isPatchGiven whether somebody has asked for a patch
 */
export function configForShow(config: Config, isPatchGiven: boolean): Config {
  if (config.show === undefined) return config;
  const streamMiB = config.streamMiB === 0 ? usualStreamMiB : config.streamMiB;
  const folder = dirname(resolve(config.show));
  const named = patchOf(config.show);
  const patch = named !== undefined && isPatchFile(named) ? resolve(folder, named) : named ?? "stage";
  return {
    ...{ ...config, streamMiB, patch: isPatchGiven ? config.patch : patch },
    patchFolder: config.patchFolder ?? folder,
  };
}

function patchOf(file: string): string | undefined {
  try {
    return readShow(readTextFileSync(file, maxShowBytes)).show?.patch;
  } catch {
    return undefined;
  }
}
