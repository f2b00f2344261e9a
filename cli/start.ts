import { loadNative } from "../config/load_native.ts";
import type { Config } from "../config/settings.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { createLog, writeToStderr } from "../foundation/logging.ts";
import { LogMemory } from "../foundation/log_memory.ts";
import { isPatchFile } from "../patches/loading/patch_name.ts";
import { CompactLines } from "./compact_lines.ts";
import { enterRun } from "./control_process.ts";
import { interruptible } from "./interruptible.ts";
import { InterruptedError } from "./interrupted_error.ts";
import { paint } from "./paint.ts";
import { UsageError } from "./usage_error.ts";

/** Lines of the log that a page gets when it is opened. */
const maxLines = 500;

export interface StartOptions {
  /** Whether the patch file is loaded again whenever it is saved. */
  readonly watch?: boolean;
  /** Whether every line of the log is printed with its time, also at a terminal. */
  readonly verbose?: boolean;
}

/**
 * `understudy start`: plays until a signal or `/quit`. A signal while it starts ends it as well. What plays is loaded last: a process
 * that becomes the launcher of a run in processes needs none of it.
 */
export async function start(
  config: Config,
  version: string,
  { watch = false, verbose = false }: StartOptions = {},
): Promise<ExitCode> {
  if (watch && config.show === undefined && !isPatchFile(config.patch)) {
    throw new UsageError(
      `--watch goes with a patch file, e.g. ./organ.ts, or a show; ${config.patch} is a ready patch`,
    );
  }
  const screen = wantsDetails(config, verbose) ? undefined : new CompactLines({
    painter: paint(Deno.stderr),
    columns: () => Deno.stderr.isTerminal() ? Deno.consoleSize().columns : undefined,
  });
  const { logLevel: level, logFormat } = config;
  const lines = new LogMemory(maxLines);
  const log = createLog({
    level,
    memory: lines,
    format: screen ? (record) => screen.line(record) : logFormat === "json" ? "json" : "pretty",
    colour: Deno.stderr.isTerminal() && !Deno.env.get("NO_COLOR"),
  });
  try {
    return await interruptible(async (signal) => {
      if (screen && Deno.stderr.isTerminal()) writeToStderr(screen.progress(`starting ${config.patch} …`));
      const part = await loadNative(config, (text) => log.info(text), signal);
      const { native, path: nativeLibrary } = part;
      const processes = config.isolation === "processes" ? enterRun(native, part.stage) : undefined;
      const { play } = await import("./play.ts");
      return await play({
        ...{ config, version, watch, log, lines, screen, signal, native, nativeLibrary, processes },
      });
    });
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    log.info(`stopping: ${error.signal}`);
    return exitCodes.ok;
  } finally {
    if (screen) writeToStderr(screen.text("")); // an error begins its own line
  }
}

/** Whether all lines of the log are printed with all details: for a pipe, and where somebody asks for them. */
function wantsDetails({ logLevel, logFormat }: Config, verbose: boolean): boolean {
  if (logFormat === "json" || logFormat === "pretty" || verbose || logLevel === "debug") return true;
  return logFormat === "auto" && !Deno.stderr.isTerminal();
}
