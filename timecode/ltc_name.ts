/** The name of linear timecode among sounds, such as `ltc:25/01:00:00:00`: its rate, and what its first frame says. */
import {
  readTimecode,
  type Timecode,
  type TimecodeRate,
  type TimecodeRateName,
  timecodeRates,
  timecodeText,
} from "./timecode.ts";

const scheme = "ltc:";

/** Whether a name means timecode and no file. */
export function isLtcName(name: string): boolean {
  return name.startsWith(scheme);
}

/** The name of a timecode of a rate. */
export function ltcName(start: Timecode, rate: TimecodeRate): string {
  return `${scheme}${rate.name}/${timecodeText(start, rate)}`;
}

/** Undefined where there is no such timecode. */
export function readLtcName(
  name: string,
): { readonly start: Timecode; readonly rate: TimecodeRate } | undefined {
  const [rateName, text, ...rest] = name.slice(scheme.length).split("/");
  if (!isLtcName(name) || text === undefined || rest.length > 0 || !Object.hasOwn(timecodeRates, rateName)) {
    return undefined;
  }
  const rate = timecodeRates[rateName as TimecodeRateName];
  const start = readTimecode(text, rate);
  return start && { start, rate };
}
