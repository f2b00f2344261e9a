/**
 * The way into a run of several processes. The process that the user started becomes the launcher, by which it keeps its id,
 * terminal and signals; the launcher starts the program again as the control process, and once more whenever that is lost. It
 * starts the program that this module belongs to, which is the copy that was kept, and not what the checkout has become.
 */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { cString } from "../ffi/c_string.ts";
import { NativeBuildError } from "../ffi/open_native.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import type { EngineProcesses } from "../engine/run/engine_processes.ts";
import { createRunFolder, removeRunFolder, runFolderAt } from "../engine/run/run_folder.ts";

/** By these the launcher tells a control process which run it belongs to. Set by no person. */
const variables = { run: "_UNDERSTUDY_RUN", epoch: "_UNDERSTUDY_EPOCH" };

/** Removes the run's files where no launcher is left that would; the engine has stopped. */
export function leaveRun(native: NativeLibrary, { folder }: EngineProcesses): void {
  if (Deno.ppid !== launcher) removeRunFolder(native, folder);
}

/** Its parent as it was started: another one takes its place when that has ended. */
const launcher = Deno.ppid;

/**
 * The run that this control process belongs to. In a process that no launcher has started it does not return: that one becomes
 * the launcher.
 *
 * @param stage path of the program `understudy-stage`
 * @throws {NativeBuildError} when that program cannot be started, and MappedMemoryError
 */
export function enterRun(native: NativeLibrary, stage: string): EngineProcesses {
  const [run, epoch] = [Deno.env.get(variables.run), Number(Deno.env.get(variables.epoch))];
  if (run !== undefined && epoch > 0) return { folder: runFolderAt(run), stage, epoch };
  const folder = createRunFolder(native);
  const main = fileURLToPath(Deno.mainModule);
  const kept = fileURLToPath(new URL(`../${basename(main)}`, import.meta.url));
  const error = native.symbols.us_become_launcher(
    ...[cString(stage), cString(folder.path), cString(main), cString(kept)] as const,
  );
  removeRunFolder(native, folder);
  throw new NativeBuildError(
    `cannot start ${stage} (errno ${error}); delete it and start again to have it rebuilt, ` +
      "or set UNDERSTUDY_ISOLATION=threads",
  );
}
