import assert from "node:assert/strict";
import fc from "fast-check";
import { clockDivider } from "../../../modules/clocks/clock_divider.ts";
import { transport } from "../../../modules/clocks/transport.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { effectPatch } from "../../../testing/trial/trial_patch.ts";
import { clocked, clocksAt, framesOf } from "./trigger_trial.ts";

const regular = (count: number, distance: number) =>
  Array.from({ length: count }, (_, index) => index * distance);

async function divided(
  settings: { divide?: number; multiply?: number; swing?: number },
  clocks: readonly number[],
  resets: readonly number[] = [],
): Promise<number[]> {
  const length = Math.max(...clocks, ...resets) + 400;
  return framesOf(
    await clocked(
      (clock, reset) => clockDivider({ clock, reset, ...settings }),
      clocksAt(length, clocks, resets),
    ),
  );
}

Deno.test("a divider by n passes every nth clock, beginning with the first, however irregular they are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 96 }),
      fc.uniqueArray(fc.nat(3_000), { minLength: 1, maxLength: 300 }),
      async (divide, frames) => {
        const clocks = frames.sort((a, b) => a - b);
        assert.deepEqual(
          await divided({ divide }, clocks),
          clocks.filter((_, index) => index % divide === 0),
        );
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("multiplied, a steady clock is filled evenly from its second interval on", async () => {
  for (const multiply of [2, 3, 4, 7, 64]) {
    const found = await divided({ multiply }, regular(10, 1_000));
    const expected = [
      0,
      ...regular(9 * multiply, 1_000 / multiply).map((frame) => Math.ceil(1_000 + frame - 1e-9)),
    ];
    assert.deepEqual(
      found.filter((frame) => frame < 9_400),
      expected.filter((frame) => frame < 9_400),
      `${multiply}`,
    );
  }
});

Deno.test("three for two of a transport's beats are triplets, within a frame", async () => {
  const patch = effectPatch(() => {
    const { beat } = transport({ tempoBpm: 137 });
    return clockDivider({ clock: beat, divide: 2, multiply: 3 }).select<"1">(1, 0);
  });
  const found = framesOf((await PatchPlayer.of(patch)).play(48_000 * 20, 0));
  const triplet = 48_000 * 60 / 137 * 2 / 3;
  found.slice(1).forEach((frame, index) =>
    assert.ok(Math.abs(frame - (index + 3) * triplet) <= 2, `${index}: ${frame}`)
  );
  assert.ok(found.length > 60);
});

Deno.test("with swing every second one is late by its part of the distance, by one clock or by several", async () => {
  const swung = (await divided({ swing: 0.25 }, regular(12, 100))).slice(2);
  // the first distance is not known before the second clock
  assert.deepEqual(swung, [200, 325, 400, 525, 600, 725, 800, 925, 1_000, 1_125]);
  const halves = (await divided({ multiply: 2, swing: 0.5 }, regular(4, 100))).slice(1);
  assert.deepEqual(halves, [100, 175, 200, 275, 300, 375]);
  const thirds = (await divided({ multiply: 3, swing: 0.5 }, regular(6, 300))).slice(1);
  // an odd number in each interval, so that they begin on either foot
  assert.deepEqual(thirds.slice(0, 9), [350, 400, 550, 600, 750, 800, 950, 1_000, 1_150]);
});

Deno.test("a reset begins a new group with the next clock, or with its own", async () => {
  assert.deepEqual(await divided({ divide: 4 }, regular(10, 10), [15]), [0, 20, 60]);
});

Deno.test("no clock, no trigger; one clock, one trigger", async () => {
  assert.deepEqual(await divided({ multiply: 8 }, [5]), [5]);
  assert.deepEqual(framesOf(await clocked((clock) => clockDivider({ clock }), new Float32Array(1_000))), []);
});
