import assert from "node:assert/strict";
import fc from "fast-check";
import { slew } from "../../../modules/utility/slew.ts";
import { steepest } from "../../../testing/measure/level.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

async function slewed(
  settings: object,
  samples: ArrayLike<number>,
  sampleRateHz = rateHz,
): Promise<Float32Array> {
  const patch = effectPatch((input) => slew({ input, ...settings }));
  return process(await effectPlayer(patch, { sampleRateHz }), samples);
}

const step = (from: number, to: number, frames: number) =>
  Float32Array.from({ length: frames + 1 }, (_, frame) => frame === 0 ? from : to);

Deno.test("a rise and a fall by 1 take their times, to the frame, at every height where they can be told", async () => {
  for (const [riseSeconds, fallSeconds] of [[0.01, 0.002], [0.05, 0.5]]) {
    for (const base of [0, 1, -3, 100, 5_000]) {
      const up = await slewed({ riseSeconds, fallSeconds }, step(base, base + 1, rateHz));
      const down = await slewed({ riseSeconds, fallSeconds }, step(base + 1, base, rateHz));
      // half a unit in the last place of the height
      const blur = base * 2 ** -24 * rateHz;
      const arrived = (heard: Float32Array, at: number) => heard.findIndex((value) => value === at);
      assert.ok(
        Math.abs(arrived(up, base + 1) - riseSeconds * rateHz) <= 1 + blur * riseSeconds,
        `up from ${base}`,
      );
      assert.ok(
        Math.abs(arrived(down, base) - fallSeconds * rateHz) <= 1 + blur * fallSeconds,
        `down to ${base}`,
      );
    }
  }
});

Deno.test("steps far below what 32 bits can add to the value still add up: a minute at 192 kHz, within 0.01 %", async () => {
  const seconds = 6;
  const frames = seconds * 192_000;
  for (const base of [1, 1_000]) {
    const heard = await slewed({ riseSeconds: 60 }, step(base, base + 1, frames), 192_000);
    assert.ok(Math.abs(heard[frames] - (base + 0.1)) < base * 6e-8 + 1e-5, `${heard[frames] - base}`);
  }
});

Deno.test("the first value is taken at once, and 0 s follows to the bit", async () => {
  assert.equal((await slewed({ riseSeconds: 10 }, [0.7]))[0], Math.fround(0.7));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 50 }),
      async (list) => {
        assert.deepEqual([...await slewed({ riseSeconds: 0, fallSeconds: 0 }, list)], list);
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("it is never steeper than it may, whatever comes in, and never beyond what came in", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 500 }),
      async (list) => {
        const heard = await slewed({ riseSeconds: 0.01, fallSeconds: 0.01 }, list);
        assert.ok(steepest(heard) <= 1 / (0.01 * rateHz) + 1e-6);
        assert.ok(
          Math.max(...heard) <= Math.max(...list) + 1e-6 && Math.min(...heard) >= Math.min(...list) - 1e-6,
        );
      },
    ),
    { numRuns: 20 },
  );
});
