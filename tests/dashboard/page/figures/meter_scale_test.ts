import { ok, strictEqual } from "node:assert/strict";
import { meterHeight, scaleMarksDb } from "../../../../dashboard/page/figures/meter_scale.ts";

Deno.test("the meter's scale is that of IEC 60268-18: half of it for the upper 20 dB", () => {
  strictEqual(meterHeight(0), 1);
  strictEqual(meterHeight(-20), 0.5);
  strictEqual(meterHeight(-30), 0.3);
  strictEqual(meterHeight(-40), 0.15);
  strictEqual(meterHeight(-60), 0);
});

Deno.test("a louder level never stands lower, and none leaves the scale", () => {
  for (let db = -80; db < 12; db += 0.5) ok(meterHeight(db + 0.5) >= meterHeight(db));
  strictEqual(meterHeight(6), 1);
  strictEqual(meterHeight(-200), 0);
  strictEqual(meterHeight(NaN), 0);
});

Deno.test("the marks of the scale stand apart", () => {
  const heights = scaleMarksDb.map(meterHeight);
  for (let index = 1; index < heights.length; index++) ok(heights[index - 1] - heights[index] >= 0.07);
});
