/** A moment as NTP counts it: seconds since 1900 and a fraction in units of 2^-32 s. */
export interface TimeTag {
  readonly seconds: number;
  readonly fraction: number;
}

/** From 1900 to 1970: 70 years, 17 of them leap years. */
export const unixEpochSeconds = 2_208_988_800;

/** The value that means "now" instead of a moment. */
export const immediately: TimeTag = { seconds: 0, fraction: 1 };

export function isImmediate(tag: TimeTag): boolean {
  return tag.seconds === 0 && tag.fraction <= 1;
}

/** Milliseconds since 1970 with fraction; exact to about 0.2 µs, the precision of a double for present dates. */
export function unixMsOf(tag: TimeTag): number {
  return (tag.seconds - unixEpochSeconds) * 1_000 + tag.fraction / 2 ** 32 * 1_000;
}

/** Whether `a` is not earlier than `b`; "now" is earlier than any moment. */
export function notEarlier(a: TimeTag, b: TimeTag): boolean {
  return a.seconds > b.seconds || (a.seconds === b.seconds && a.fraction >= b.fraction);
}
