import assert from "node:assert/strict";
import { sine } from "../../../modules/oscillators/sine.ts";
import { strayDb } from "../../../testing/measure/stray.ts";

Deno.test("what does not belong to a tone is found at its level, and a tone alone is clean below -90 dB", async () => {
  assert.ok(await strayDb((input) => input, 1_000, 100) < -90);
  const found = await strayDb((input) => input.plus(sine({ frequencyHz: 3_000 }).times(0.005)), 1_000, 100);
  assert.ok(Math.abs(found + 40) < 0.5, `${found}`);
  const beside = await strayDb((input) => input.plus(sine({ frequencyHz: 1_050 }).times(0.005)), 1_000, 100);
  assert.ok(beside < -90, `${beside}`);
});
