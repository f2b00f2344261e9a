import assert from "node:assert/strict";
import fc from "fast-check";
import { mastered, masterFader } from "../../../patches/ready/master.ts";
import { mean } from "../../../testing/measure/level.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";
import { peak } from "../../../testing/patch_player.ts";

const player = () =>
  effectPlayer(effectPatch((input, { gainDb }) => mastered(input, { gainDb }), masterFader));
const ceiling = 10 ** (-1 / 20);

Deno.test("nothing passes the ceiling, whatever comes in and however the fader stands", async () => {
  const one = await player();
  let highest = 0;
  fc.assert(
    fc.property(
      fc.double({ min: -90, max: 12, noNaN: true }),
      fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 500, maxLength: 500 }),
      (gainDb, samples) => {
        one.set("fx/gainDb", gainDb);
        highest = Math.max(highest, peak(process(one, samples)));
      },
    ),
    { numRuns: 40 },
  );
  assert.ok(highest > 0.5 && highest <= ceiling + 1e-6, `${highest}`);
});

Deno.test("direct current is taken out, and what is soft comes out as it went in", async () => {
  const offset = process(await player(), new Float32Array(96_000).fill(0.25));
  assert.ok(Math.abs(mean(offset.subarray(-9_600))) < 1e-4);
  const tone = Float32Array.from({ length: 9_600 }, (_, frame) => 0.25 * Math.sin(2 * Math.PI * frame / 48));
  const heard = process(await player(), tone);
  const delay = heard.findIndex((sample) => sample !== 0) - tone.findIndex((sample) => sample !== 0);
  assert.ok(delay > 48 && delay < 144, `${delay} frames`);
  assert.ok(
    heard.subarray(4_800).every((sample, frame) => Math.abs(sample - tone[frame + 4_800 - delay]) < 0.02),
  );
});
