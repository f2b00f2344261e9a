import assert from "node:assert/strict";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { mixed, sweeps } from "../../../modules/time/sweep.ts";
import {
  effectPatch,
  effectPlayer,
  evaluateCompiled,
  process,
  rateHz,
} from "../../../testing/trial/trial_patch.ts";

const site = {
  sampleRateHz: rateHz,
  reject: (option: string, problem: string): never => {
    throw new PatchError(`${option}: ${problem}`);
  },
};

Deno.test("sines of one rate, each ahead by its part of a turn, the right side by the spread", async () => {
  const rate = 100;
  const patch = (offset: number, spread: number) =>
    effectPatch(() =>
      sweeps({ rateHz: constant<"Hz">(rate), offsetsTurns: [offset], spreadTurns: spread }, site)[0]
    );
  const silence = new Float32Array(1_000);
  for (const [offset, spread, side] of [[0, 0, 0], [0.25, 0, 1], [0, 0.5, 0], [0.1, 0.25, 1]] as const) {
    const heard = process(await effectPlayer(patch(offset, spread)), silence, side);
    heard.forEach((sample, frame) => {
      const turns = frame * rate / rateHz + offset + (side === 1 ? spread : 0);
      assert.ok(Math.abs(sample - Math.sin(2 * Math.PI * turns)) < 1e-5, `${offset} ${spread} ${frame}`);
    });
  }
});

Deno.test("a spread beyond half a turn is refused", () => {
  for (const spreadTurns of [-0.1, 0.6, NaN]) {
    assert.throws(
      () => sweeps({ rateHz: constant<"Hz">(1), spreadTurns }, site),
      /spreadTurns: expected 0 to 0.5 turns/,
    );
  }
});

Deno.test("a mix goes in a straight line from dry to wet", async () => {
  const found = await evaluateCompiled((mix) => mixed(constant(2), constant(-4), mix), [0, 0.25, 0.5, 1]);
  assert.deepEqual([...found], [2, 0.5, -1, -4]);
});
