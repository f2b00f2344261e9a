/** The program. The commands are in `cli/`; what plays is loaded from a copy, which no change of this checkout reaches. */
import { explain } from "./cli/explain.ts";
import { flushStderr } from "./foundation/logging.ts";
import { keepProgram, removeOldPrograms } from "./cli/kept_program.ts";
import { parseCommandLine } from "./cli/command_line.ts";
import { enterCallersFolder } from "./cli/callers_folder.ts";
import { cacheDirectory } from "./config/cache_directory.ts";
import { readSettingsFile } from "./config/settings_file.ts";

async function program(): Promise<typeof import("./cli/run.ts")> {
  if (Deno.build.standalone) return await import("./cli/run.ts");
  const line = parseCommandLine(Deno.args);
  if (line.command !== "start") return await import("./cli/run.ts");
  const variable = "UNDERSTUDY_CACHE_DIR";
  const cache = cacheDirectory(
    Deno.env.get(variable) || readSettingsFile(line.config)?.entries.get(variable)?.value,
  );
  const kept = await keepProgram(new URL("./", import.meta.url), cache);
  removeOldPrograms(kept, cache);
  return await import(new URL("cli/run.ts", kept).href);
}

if (import.meta.main) {
  enterCallersFolder(new URL("./", import.meta.url), Deno.env.get("INIT_CWD"));
  const code = await program().then(({ run }) => run(Deno.args), explain);
  await flushStderr();
  Deno.exit(code);
}
