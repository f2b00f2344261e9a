import assert from "node:assert/strict";
import { crossfade } from "../../../modules/utility/crossfade.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";

/** Gains of both over the position. */
async function gains(positions: ArrayLike<number>): Promise<readonly [Float32Array, Float32Array]> {
  const patch = effectPatch((position) => [
    crossfade({ from: constant(1), to: constant(0), position }),
    crossfade({ from: constant(0), to: constant(1), position }),
  ]);
  return [process(await effectPlayer(patch), positions, 0), process(await effectPlayer(patch), positions, 1)];
}

Deno.test("at the ends one is whole within 1e-7 and the other silent, in the middle both are 3 dB down", async () => {
  const [from, to] = await gains([0, 0.5, 1]);
  assert.deepEqual([to[0], from[2]], [0, 0]);
  assert.ok(from[0] > 1 - 1e-7 && to[2] > 1 - 1e-7);
  assert.ok(Math.abs(from[1] - Math.SQRT1_2) < 1e-6 && Math.abs(to[1] - Math.SQRT1_2) < 1e-6);
});

Deno.test("the squares of both gains add up to 1 everywhere, within 0.00001 dB", async () => {
  const [from, to] = await gains(Float32Array.from({ length: 1_001 }, (_, index) => index / 1_000));
  from.forEach((gain, index) => assert.ok(Math.abs(gain ** 2 + to[index] ** 2 - 1) < 2e-6));
});
