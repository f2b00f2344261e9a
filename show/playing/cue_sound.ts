import type { Cue } from "../file/show_file.ts";
import { ltcName } from "../../timecode/ltc_name.ts";
import { readTimecode, timecodeRates } from "../../timecode/timecode.ts";

/** The sound that a cue plays, by its name: a file, or timecode. Undefined: it plays none. */
export function cueSound(cue: Cue): string | undefined {
  if (cue.kind === "play") return cue.play;
  if (cue.kind !== "timecode" || cue.outputs === undefined) return undefined;
  const rate = timecodeRates[cue.rate];
  const start = readTimecode(cue.timecode, rate);
  return start && ltcName(start, rate);
}
