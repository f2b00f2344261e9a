import assert from "node:assert/strict";
import { noise } from "../../../modules/oscillators/noise.ts";
import { playVoice } from "../../../testing/trial/trial_patch.ts";
import { echoDensity, leftOnly, likeness, responseOf } from "./reverb_trial.ts";

Deno.test("noise is like itself and like no other; single echoes are not dense", async () => {
  const [one, other] = [
    await playVoice(() => noise({}), 9_600),
    await playVoice(() => noise({}), 9_600, { seed: 2 }),
  ];
  assert.ok(likeness(one, one) > 0.999 && Math.abs(likeness(one, other)) < 0.05);
  const sum = one.map((sample, frame) =>
    sample + other[frame] + one[(frame + 77) % 9_600] + other[(frame + 5) % 9_600]
  );
  assert.ok(Math.abs(echoDensity(sum) - 1) < 0.1, `${echoDensity(sum)}`);
  assert.ok(echoDensity(one.map((sample, frame) => frame % 100 ? 0 : sample)) < 0.1);
});

Deno.test("what comes in on the left alone is not on the right", async () => {
  assert.equal((await responseOf(leftOnly, 10, 0))[0], 1);
  assert.equal((await responseOf(leftOnly, 10, 1))[0], 0);
});
