import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { chooseClock, clockText } from "../../../engine/rtp/rtp_clock.ts";

Deno.test("without a setting the kernel's TAI is taken where it knows the leap seconds, else the system's time and the offset", () => {
  const choose = (taiOffsetSeconds: number, environment: Record<string, string> = {}) =>
    chooseClock(readConfig(environment), { taiOffsetSeconds });
  assert.deepEqual(choose(37), { kind: "tai" });
  assert.deepEqual(choose(0), { kind: "system", leapSeconds: 37 });
  assert.deepEqual(choose(37, { UNDERSTUDY_RTP_CLOCK: "system", UNDERSTUDY_RTP_TAI_OFFSET: "38" }), {
    kind: "system",
    leapSeconds: 38,
  });
  const device = choose(37, { UNDERSTUDY_RTP_CLOCK: "/dev/ptp1" });
  assert.deepEqual(device, { kind: "device", path: "/dev/ptp1" });
  assert.match(clockText(device), /ptp1/);
});
