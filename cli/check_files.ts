import type { Config } from "../config/settings.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { checkPatches } from "./check_patch.ts";
import { checkShowFile } from "./check_show.ts";
import type { CheckCommand } from "./command_line.ts";
import { UsageError } from "./usage_error.ts";

/** Checks each file as what it is: a show by its ending, else a patch. The exit code says whether all are right. */
export async function checkFiles(
  { files, json, run }: CheckCommand,
  config: Config,
  print: (line: string) => void,
): Promise<ExitCode> {
  const patches = files.filter((file) => !isShow(file));
  if (patches.length > 0 && (json || run)) {
    throw new UsageError(`--${json ? "json" : "run"} goes with shows, and ${patches[0]} is a patch`);
  }
  let code: ExitCode = exitCodes.ok;
  for (const file of files.filter(isShow)) {
    const found = await checkShowFile(file, config, { json, run, print });
    if (found !== exitCodes.ok) code = found;
  }
  if (patches.length === 0) return code;
  const found = await checkPatches(patches, config, print);
  return found === exitCodes.ok ? code : found;
}

function isShow(file: string): boolean {
  return /\.jsonc?$/i.test(file);
}
