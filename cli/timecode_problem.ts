import type { Config } from "../config/settings.ts";
import { readTimecode, timecodeRates } from "../timecode/timecode.ts";

/** Why no timecode can be followed as the settings ask for it, with the remedy; undefined: it can, or none is asked for. */
export function timecodeProblem(
  { timecode, timecodeRate, timecodeOffset, timecodeInput, inputChannels, midi }: Pick<
    Config,
    "timecode" | "timecodeRate" | "timecodeOffset" | "timecodeInput" | "inputChannels" | "midi"
  >,
): string | undefined {
  if (readTimecode(timecodeOffset, timecodeRates[timecodeRate]) === undefined) {
    return `UNDERSTUDY_TIMECODE_OFFSET: expected a timecode of ${timecodeRate} frames a second, found ${timecodeOffset}`;
  }
  if (timecode === "mtc" && midi === "off") {
    return "UNDERSTUDY_TIMECODE=mtc: expected the MIDI input, found that it is off; set UNDERSTUDY_MIDI=jack";
  }
  if (timecode !== "ltc" || timecodeInput <= inputChannels) return undefined;
  return `UNDERSTUDY_TIMECODE=ltc: expected an input channel ${timecodeInput}, found ${inputChannels}; set UNDERSTUDY_INPUT_CHANNELS=${timecodeInput}, or another UNDERSTUDY_TIMECODE_INPUT`;
}
