import assert from "node:assert/strict";
import { pan } from "../../../modules/utility/pan.ts";
import { decibels } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";

Deno.test("both gains have the power of one everywhere, and follow a quarter circle", async () => {
  for (let position = -1; position <= 1; position += 0.125) {
    const patch = effectPatch((input) => pan({ input, position }));
    const [left] = process(await effectPlayer(patch), [1], 0);
    const [right] = process(await effectPlayer(patch), [1], 1);
    assert.ok(Math.abs(left ** 2 + right ** 2 - 1) < 1e-6, `${position}: ${left}, ${right}`);
    const angle = (position + 1) * Math.PI / 4;
    assert.ok(Math.abs(left - Math.cos(angle)) < 1e-6 && Math.abs(right - Math.sin(angle)) < 1e-6);
    if (position === -1) assert.equal(right, 0);
    if (position === 1) assert.equal(left, 0);
    if (position === 0) assert.ok(Math.abs(decibels(left) + 3.01) < 0.01);
  }
});
