/** What the process that checks a journal is asked. */
import type { Config } from "../../config/settings.ts";

/** A journal to go on from, and the start that wants to. */
export interface JournalCheck {
  /** Path of the journal. */
  readonly journal: string;
  readonly config: Config;
  /** Version of the engine. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}
