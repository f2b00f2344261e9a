import assert from "node:assert/strict";
import { fadeCurves } from "../../../engine/control/control.ts";
import { FadeCurve, fadeGain } from "../../../engine/renderer/fade_curve.ts";
import { levelAt } from "../../../show/mod.ts";

Deno.test("a player follows the curves of a show", () => {
  for (const [number, curve] of fadeCurves.entries()) {
    for (const [fromDb, toDb] of [[null, 0], [0, -120], [-30, 6], [6, -12]] as const) {
      const gain = (db: number | null) => db === null || db <= -120 ? 0 : 10 ** (db / 20);
      for (let at = 1; at < 100; at++) {
        const wanted = levelAt({ fromDb, toDb, curve, at: 0, frames: 100 }, at);
        const found = fadeGain(number, gain(fromDb), gain(toDb), at / 100);
        assert.ok(
          Math.abs(found - 10 ** ((wanted ?? -Infinity) / 20)) < 2e-6,
          `${curve} at ${at} %: ${found}`,
        );
      }
    }
  }
});

Deno.test("two sounds of equal power that fade into each other keep their power", () => {
  for (let at = 0; at <= 100; at++) {
    const [up, down] = [fadeGain(FadeCurve.power, 0, 1, at / 100), fadeGain(FadeCurve.power, 1, 0, at / 100)];
    assert.ok(Math.abs(up ** 2 + down ** 2 - 1) < 1e-12);
  }
});
