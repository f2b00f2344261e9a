import assert from "node:assert/strict";
import fc from "fast-check";
import { slidingMaximum } from "../../../modules/dynamics/sliding_maximum.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";

Deno.test("the sliding maximum is the largest of the last frames, for every length", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.float({ min: 0, max: 10, noNaN: true }).filter((one) => one === 0 || one > 1e-10), {
        minLength: 500,
        maxLength: 500,
      }),
      async (frames, list) => {
        const heard = process(
          await effectPlayer(effectPatch((input) => slidingMaximum(input, frames))),
          list,
        );
        heard.forEach((found, at) => {
          const expected = Math.max(0, ...list.slice(Math.max(0, at + 1 - frames), at + 1));
          assert.equal(found, Math.fround(expected), `${frames} frames, at ${at}`);
        });
      },
    ),
    { numRuns: 40 },
  );
});
