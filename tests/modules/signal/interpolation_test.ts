import assert from "node:assert/strict";
import fc from "fast-check";
import { DelayLine } from "../../../modules/signal/delay_line.ts";
import { boundedTap, cubic, tap } from "../../../modules/signal/interpolation.ts";
import { constant, type Signal } from "../../../modules/signal/signal.ts";
import { effectPatch, effectPlayer, evaluateCompiled, process } from "../../../testing/trial/trial_patch.ts";

const between = (points: readonly number[], parts: readonly number[]) =>
  evaluateCompiled((part) => cubic(points.map((point) => constant(point)), part), parts);

Deno.test("the curve goes through its points, and is the straight line where they lie on one", async () => {
  const [from, to] = await between([9, 2, 5, -4], [0, 1]);
  assert.deepEqual([from, to], [2, 5]);
  const line = await between([1, 3, 5, 7], [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual([...line], [3, 3.5, 4, 4.5, 5]);
});

/** A tap of a line, at a time that the input says; what the line takes in grows by one a frame. */
const asked = (
  read: (line: DelayLine, framesAgo: Signal<"1">) => Signal<"1">,
  write: (input: Signal<"1">) => Signal<"1">,
) =>
  effectPatch((input) => {
    const line = new DelayLine(20);
    const heard = read(line, input.abs());
    line.write(write(input));
    return heard;
  });

Deno.test("a time between frames is heard between them, within the line", async () => {
  const ramp = Array.from({ length: 60 }, () => 7.25);
  let frame = 0;
  const player = await effectPlayer(asked(tap, (input) => input));
  assert.ok(process(player, ramp).subarray(20).every((sample) => sample === 7.25));
  const impulse = process(
    await effectPlayer(effectPatch((input) => {
      const line = new DelayLine(20);
      const heard = tap(line, constant(7.5));
      line.write(input);
      return heard;
    })),
    [1, ...Array(30).fill(0)],
  );
  for (frame = 0; frame < impulse.length; frame++) {
    if (frame < 6 || frame > 9) assert.equal(impulse[frame], 0, `${frame}`);
  }
  // half way between two frames Catmull-Rom takes 9/16 of both
  assert.deepEqual([...impulse.subarray(6, 10)], [-1 / 16, 9 / 16, 9 / 16, -1 / 16]);
});

Deno.test("a bounded tap reaches over neither full scale nor the tallest of its frames", async () => {
  const player = await effectPlayer(asked(boundedTap, (input) => input.times(0.3)));
  let worst = 0;
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 40, maxLength: 40 }),
      (samples) => {
        const heard = process(player, samples);
        worst = Math.max(worst, ...heard.map(Math.abs));
      },
    ),
    { numRuns: 30 },
  );
  assert.ok(worst > 3 && worst <= 6 + 1e-6, `${worst}`);
});
