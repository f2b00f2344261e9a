import assert from "node:assert/strict";
import { centroidHz } from "../../../testing/measure/centroid.ts";

const tone = (...partials: readonly (readonly [hz: number, level: number])[]) =>
  Float32Array.from(
    { length: 8_192 },
    (_, n) => partials.reduce((sum, [hz, level]) => sum + level * Math.sin(2 * Math.PI * hz * n / 48_000), 0),
  );

Deno.test("a sine has its own frequency, two of them their mean by power", () => {
  assert.ok(Math.abs(centroidHz(tone([440, 0.1]), 48_000) - 440) < 1);
  assert.ok(Math.abs(centroidHz(tone([500, 1], [2_000, 1]), 48_000) - 1_250) < 2);
  assert.ok(Math.abs(centroidHz(tone([500, 2], [2_000, 1]), 48_000) - 800) < 2);
});
