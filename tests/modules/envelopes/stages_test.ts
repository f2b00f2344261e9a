import assert from "node:assert/strict";
import { bendOf, bendOfNumber, paceOf } from "../../../modules/envelopes/stages.ts";
import { adsrCurved } from "../../../modules/envelopes/adsr_curved.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { evaluateCompiled, playVoice, rateHz } from "../../../testing/trial/trial_patch.ts";

Deno.test("half way through its time a stage has gone as far as an exponential of the same curve", async () => {
  for (const attackCurve of [-10, -4, -1, 0, 1, 4, 10]) {
    const samples = await playVoice(
      ({ gate, trigger }) => adsrCurved({ gate, trigger, attackSeconds: 0.1, attackCurve, sustain: 1 }),
      4_800,
    );
    const expected = 1 / (1 + Math.exp(-attackCurve / 2));
    assert.ok(
      Math.abs(samples[2_399] - expected) < 2e-4,
      `${attackCurve}: ${samples[2_399]}, not ${expected}`,
    );
  }
});

Deno.test("a bend is the same for a signal and for a number", async () => {
  const curves = [-10, -3.3, 0, 0.1, 7, 10];
  const found = await evaluateCompiled((curve) => bendOf(curve), curves);
  found.forEach((bend, index) =>
    assert.ok(Math.abs(bend - bendOfNumber(curves[index])) < 1e-4 * (1 + Math.abs(bend)))
  );
});

Deno.test("the pace is one over the frames of a time", async () => {
  const [found] = await playVoice(() => paceOf(constant<"s">(0.5), rateHz), 1);
  assert.equal(found, Math.fround(1 / 24_000));
});
