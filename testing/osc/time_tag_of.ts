import { type TimeTag, unixEpochSeconds } from "../../osc/packet/time_tag.ts";

/** The time tag nearest to a moment in milliseconds since 1970; a fraction that rounds up to a whole second is carried. */
export function timeTagOf(unixMs: number): TimeTag {
  const wholeSeconds = Math.floor(unixMs / 1_000);
  const fraction = Math.round((unixMs - wholeSeconds * 1_000) / 1_000 * 2 ** 32);
  const carry = fraction === 2 ** 32 ? 1 : 0;
  return { seconds: wholeSeconds + carry + unixEpochSeconds, fraction: carry ? 0 : fraction };
}
