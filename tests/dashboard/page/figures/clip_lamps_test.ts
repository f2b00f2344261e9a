import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { acknowledgedLamps, nextLamps, noLamps } from "../../../../dashboard/page/figures/clip_lamps.ts";

const meter = { peakDb: -6, rmsDb: -18, holdDb: -6, maxDb: -3, overs: 0 };
const given = { ceilingDb: -0.3, nowMs: 0 } as const;

Deno.test("a lamp says whether samples clipped or the ceiling bent them, and stays on", () => {
  const on = nextLamps(noLamps, [{ ...meter, overs: 2 }, { ...meter, holdDb: -0.5 }, meter], given);
  deepStrictEqual(on.lamps, ["clip", "limit", "off"]);
  strictEqual(nextLamps(on, [{ ...meter, overs: 2 }, meter, meter], given), on);
  deepStrictEqual(nextLamps(on, [meter, { ...meter, overs: 1 }, meter], given).lamps, [
    "clip",
    "clip",
    "off",
  ]);
});

Deno.test("below the bend of the ceiling, and without a ceiling, no lamp goes on", () => {
  deepStrictEqual(nextLamps(noLamps, [{ ...meter, holdDb: -0.9 }], given).lamps, ["off"]);
  deepStrictEqual(nextLamps(noLamps, [{ ...meter, holdDb: -0.1 }], { ...given, ceilingDb: "off" }).lamps, [
    "off",
  ]);
});

Deno.test("what was acknowledged lights no lamp again, what comes after it does", () => {
  const meters = [{ ...meter, overs: 2, holdDb: -0.4 }];
  const seen = acknowledgedLamps(meters, 1_000);
  deepStrictEqual(nextLamps(seen, meters, { ...given, nowMs: 1_500 }).lamps, ["off"]);
  deepStrictEqual(nextLamps(seen, meters, { ...given, nowMs: 4_000 }).lamps, ["limit"]);
  deepStrictEqual(nextLamps(seen, [{ ...meters[0], overs: 3 }], { ...given, nowMs: 1_500 }).lamps, ["clip"]);
});
