import assert from "node:assert/strict";
import { nextRandom, signedUnit } from "../../../modules/oscillators/random.ts";
import { integerFeedback } from "../../../modules/signal/feedback.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { playVoice } from "../../../testing/trial/trial_patch.ts";

Deno.test("numbers are those of Marsaglia's xorshift with 13, 17 and 5", async () => {
  const found = await playVoice(() => signedUnit(integerFeedback(2_463_534_242 | 0, nextRandom)), 1_000);
  let word = 2_463_534_242;
  for (const sample of found) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    assert.equal(sample, Math.fround(Math.fround(word | 0) * 2 ** -31));
  }
});

Deno.test("zero stays zero: a state must not begin there", async () => {
  const found = await playVoice(() => signedUnit(nextRandom(constant(0).toInteger())), 1);
  assert.equal(found[0], 0);
});
