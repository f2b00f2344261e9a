/** Which clock streams of RTP are sent by, and how good it is. Main isolate. */
import type { SystemClock } from "../../ffi/system_clock.ts";
import type { Config } from "../../config/settings.ts";

export type RtpClock =
  | { readonly kind: "system"; readonly leapSeconds: number }
  | { readonly kind: "tai" }
  | { readonly kind: "device"; readonly path: string };

/** The clock that the settings ask for. `auto` is the kernel's TAI where it is told the leap seconds, else the system's time. */
export function chooseClock(
  { rtpClock, rtpTaiOffsetSeconds: leapSeconds }: Pick<Config, "rtpClock" | "rtpTaiOffsetSeconds">,
  { taiOffsetSeconds }: Pick<SystemClock, "taiOffsetSeconds">,
): RtpClock {
  if (rtpClock.startsWith("/dev/")) return { kind: "device", path: rtpClock };
  if (rtpClock === "tai" || (rtpClock === "auto" && taiOffsetSeconds !== 0)) return { kind: "tai" };
  return { kind: "system", leapSeconds };
}

/** The clock in words. */
export function clockText(clock: RtpClock): string {
  switch (clock.kind) {
    case "device":
      return `the clock of a network interface, ${clock.path}`;
    case "tai":
      return "the system's TAI";
    case "system":
      return `the system's time and ${clock.leapSeconds} s`;
  }
}
