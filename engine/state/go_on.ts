import { exists } from "../../foundation/exists.ts";
import type { Config } from "../../config/settings.ts";
import type { Log } from "../../foundation/logging.ts";
import type { SessionHeader } from "../session/session_format.ts";
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
}

/**
 * Reads the journal of a folder, if there is one that this start may go on from. Any other one is kept under another name,
 * and the log says why. Undefined: the engine starts afresh.
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
    const content = await readJournal(folder.journal);
    const difference = differenceOf(content.header, options);
    if (difference !== undefined) return await refuse(difference);
    const resumed = await resume({ content, ...options });
    if (resumed === undefined) return await refuse("the journal holds no block that was played");
    return resumed;
  } catch (error) {
    return await refuse(`the journal cannot be used (${(error as Error).message})`);
  }
}

/** Why a journal does not fit this start; undefined: it does. */
function differenceOf(
  header: SessionHeader,
  { config, version }: Pick<GoOnOptions, "config" | "version">,
): string | undefined {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["version", header.engineVersion, version],
    ["UNDERSTUDY_SAMPLE_RATE", header.sampleRateHz, config.sampleRateHz],
    ["UNDERSTUDY_BLOCK_FRAMES", header.blockFrames, config.blockFrames],
    ["UNDERSTUDY_CHANNELS", header.channels, config.channels],
    ["UNDERSTUDY_INPUT_CHANNELS", header.inputChannels, config.inputChannels],
    ["UNDERSTUDY_SEED", header.seed, config.seed],
    ["UNDERSTUDY_PATCH", header.asked?.patch, config.patch],
    ["UNDERSTUDY_TUNING", header.asked?.tuning, config.tuning],
    ["UNDERSTUDY_TUNING_MAP", header.asked?.tuningMap, config.tuningMap],
  ];
  const differing = pairs.filter(([, kept, wanted]) => kept !== wanted);
  if (differing.length === 0) return undefined;
  return differing.map(([name, kept, wanted]) =>
    `${name} was ${kept ?? "not set"} and is ${wanted ?? "not set"} now`
  ).join(", ");
}
