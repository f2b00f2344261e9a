import assert from "node:assert/strict";
import { phaseOf, playable, signedTurns } from "../../../modules/oscillators/phase.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { playVoice } from "../../../testing/trial/trial_patch.ts";

Deno.test("a phase wraps at a turn and never drifts: the same after a million frames", async () => {
  const sampleRateHz = 65_536;
  const samples = await playVoice(
    () => signedTurns(phaseOf(constant<"Hz">(1_024), sampleRateHz).phase),
    (1 << 20) + 64,
    { format: { sampleRateHz } },
  );
  for (let frame = 0; frame < 64; frame++) {
    const turns = frame / 64 < 0.5 ? frame / 64 : frame / 64 - 1;
    assert.equal(samples[frame], turns);
    assert.equal(samples[frame + (1 << 20)], turns);
  }
});

Deno.test("oscillators follow no frequency above 0.45 of the sample rate", async () => {
  for (const [sampleRateHz, expected] of [[48_000, 20_000], [32_000, 14_400]]) {
    const [found] = await playVoice(
      () => playable(constant<"Hz">(20_000), sampleRateHz).as("1"),
      1,
      { format: { sampleRateHz } },
    );
    assert.equal(found, expected);
  }
});
