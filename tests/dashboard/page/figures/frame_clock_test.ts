import { ok, strictEqual } from "node:assert/strict";
import { followedClock, frameAt } from "../../../../dashboard/page/figures/frame_clock.ts";

const sampleRateHz = 48_000;

Deno.test("the page's clock runs on between messages, forgives late ones, and stands where the engine stands", () => {
  const first = followedClock(undefined, { frame: 48_000, heardMs: 1_000, sampleRateHz });
  strictEqual(frameAt(first, 1_500), 72_000);
  // 40 ms late: it hardly moves
  const late = followedClock(first, { frame: 72_000 - 1_920, heardMs: 1_500, sampleRateHz });
  ok(Math.abs(frameAt(late, 1_500) - 72_000) < 100);
  // truer than what was known: taken
  strictEqual(frameAt(followedClock(late, { frame: 73_000, heardMs: 1_500, sampleRateHz }), 1_500), 73_000);
  // the device stood still
  strictEqual(frameAt(followedClock(first, { frame: 48_000, heardMs: 2_000, sampleRateHz }), 2_000), 48_000);
  // nothing is heard any more: what is not known is not said
  strictEqual(frameAt(first, 60_000), 96_000);
});
