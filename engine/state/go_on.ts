import { exists } from "../../foundation/exists.ts";
import type { Config } from "../../config/settings.ts";
import type { Log } from "../../foundation/logging.ts";
import { checkJournal, type CheckLimits } from "./check_journal.ts";
import { readJournal } from "./read_journal.ts";
import { resume, type Resumed } from "./resume.ts";
import { maxEarlyEnds, maxRefused, type StateFolder } from "./state_folder.ts";

export interface GoOnOptions {
  readonly folder: StateFolder;
  readonly config: Config;
  /** Version of the engine. */
  readonly version: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Omitted: the usual ones. */
  readonly limits?: CheckLimits;
}

/**
 * Reads the journal of a folder, if there is one that this start may go on from. Any other one is kept under another name,
 * and the log says why. Undefined: the engine starts afresh.
 *
 * A process that may fall reads it first, so that this isolate reads only what can be read.
 */
export async function goOn(options: GoOnOptions): Promise<Resumed | undefined> {
  const { folder, log } = options;
  if (!exists(folder.journal)) return undefined;
  const refuse = async (reason: string) => {
    const name = folder.setAside();
    await folder.survived(); // the count is this journal's
    log.warning(
      `starts afresh: ${reason}; the journal is kept as ${name}, as one of the newest ${maxRefused}`,
      { folder: folder.path },
    );
    return undefined;
  };
  if (folder.earlyEnds >= maxEarlyEnds) {
    return await refuse(
      `the process ended ${maxEarlyEnds} times within 10 s of going on from the journal, so its patch may be the cause`,
    );
  }
  folder.starts();
  try {
    const { config, version, nowMs, limits } = options;
    const refusal = await checkJournal({ journal: folder.journal, config, version, nowMs }, limits);
    if (refusal !== undefined) return await refuse(refusal);
    const content = await readJournal(folder.journal);
    const resumed = await resume({ content, ...options });
    if (resumed === undefined) return await refuse("the journal holds no block that was played");
    return resumed;
  } catch (error) {
    return await refuse(`the journal cannot be used (${(error as Error).message})`);
  }
}
