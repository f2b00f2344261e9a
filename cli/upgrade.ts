import { loadNative } from "../config/load_native.ts";
import { cacheDirectory } from "../config/cache_directory.ts";
import type { Config } from "../config/settings.ts";
import { programVersion } from "../engine/run/program_version.ts";
import { type KnownRun, knownRuns } from "../engine/run/run_folder.ts";
import { UpgradeFiles } from "../engine/run/upgrade_files.ts";
import { ProcessHandle } from "../ffi/process_handle.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { keepProgram } from "./kept_program.ts";

/** No engine plays that could be upgraded, or it has refused the version. */
export class UpgradeError extends ExitError {
  override readonly name = "UpgradeError";
  override readonly exitCode = exitCodes.upgrade;
}

/** Time between two looks at what the engine has done. */
const lookMs = 50;

/** An engine that lives looks at what is asked for within this. */
const maxSilenceMs = 30_000;

/**
 * `understudy upgrade`: asks an engine that plays in processes to go on with this version. Prints each step.
 *
 * @param pid process of the engine; omitted: the only one of this user
 * @throws {UpgradeError}
 */
export async function upgrade(
  config: Config,
  pid: number | undefined,
  print: (line: string) => void,
): Promise<ExitCode> {
  const { native, path: nativeLibrary, stage } = await loadNative(config, print);
  const isAlive = ({ pid, start }: KnownRun) => {
    const handle = ProcessHandle.open(native, pid, start);
    handle?.close();
    return handle !== undefined;
  };
  const run = findRun(isAlive, pid);
  const { folder, ...version } = programVersion({ nativeLibrary, stage });
  const kept = version.standalone ? folder : await keptFolder(config);
  const files = new UpgradeFiles(run.folder);
  if (!files.ask({ ...version, folder: kept })) {
    throw new UpgradeError("another upgrade of this engine is under way; wait for its end");
  }
  const begunMs = performance.now();
  for (let printed = 0;;) {
    const steps = files.steps();
    if (!steps || !isAlive(run)) throw new UpgradeError("the engine has ended meanwhile");
    steps.slice(printed).forEach(({ text }) => print(text));
    printed = steps.length;
    const last = steps.at(-1);
    if (last?.outcome === "upgraded") return exitCodes.ok;
    if (last?.outcome === "refused") throw new UpgradeError("the new version was refused, see above");
    if (!last && performance.now() - begunMs > maxSilenceMs) {
      throw new UpgradeError(
        `process ${run.pid} does not answer: is it a version that can be upgraded? Restart it instead`,
      );
    }
    await new Promise((resume) => setTimeout(resume, lookMs));
  }
}

async function keptFolder(config: Config): Promise<string> {
  const root = new URL("../", import.meta.url);
  return decodeURI((await keepProgram(root, cacheDirectory(config.cacheDirectory))).pathname);
}

/** The engine that is meant. */
function findRun(isAlive: (run: KnownRun) => boolean, wanted: number | undefined): KnownRun {
  const living = knownRuns().filter(isAlive);
  const fitting = living.filter(({ pid }) => wanted === undefined || pid === wanted);
  if (fitting.length === 1) return fitting[0];
  const pids = living.map(({ pid }) => pid).join(", ");
  if (fitting.length > 1) {
    throw new UpgradeError(
      `${fitting.length} engines play (${pids}); name one: understudy upgrade ${fitting[0].pid}`,
    );
  }
  throw new UpgradeError(
    living.length > 0
      ? `no engine plays in process ${wanted}, but in ${pids}`
      : "no engine of this user plays in processes; start one with UNDERSTUDY_ISOLATION=processes, " +
        "and see that XDG_RUNTIME_DIR and TMPDIR are as it has them",
  );
}
