import assert from "node:assert/strict";
import { faderDb, gain } from "../../../modules/utility/gain.ts";
import { steepest } from "../../../testing/measure/level.ts";
import { decibels } from "../../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

Deno.test("gain is in decibels within 0.0001 dB; 0 dB changes no bit, the end of the fader is silence", async () => {
  for (const gainDb of [-89, -60, -20, -6, -0.1, 3, 12]) {
    const [heard] = process(await effectPlayer(effectPatch((input) => gain({ input, gainDb }))), [0.5]);
    assert.ok(Math.abs(decibels(heard / 0.5) - gainDb) < 1e-4, `${gainDb} dB: ${decibels(heard / 0.5)}`);
  }
  const same = await effectPlayer(effectPatch((input) => gain({ input, gainDb: 0 })));
  assert.equal(process(same, [0.3])[0], Math.fround(0.3));
  const silent = await effectPlayer(effectPatch((input) => gain({ input, gainDb: -90 })));
  assert.equal(process(silent, [1])[0], 0);
});

Deno.test("a fader that is moved takes 10 ms and no step is larger than its slope", async () => {
  const player = await effectPlayer(
    effectPatch((input, p) => gain({ input, gainDb: p.gainDb }), { gainDb: faderDb }),
  );
  const ones = new Float32Array(rateHz / 10).fill(1);
  process(player, ones);
  player.set("fx/gainDb", -20);
  const heard = process(player, ones);
  const arrived = heard.findIndex((sample) => sample === heard[heard.length - 1]);
  assert.ok(Math.abs(arrived - rateHz / 100) <= 2, `${arrived} frames`);
  // 20 dB in 480 frames
  assert.ok(steepest(heard) < 0.006, `${steepest(heard)}`);
});
