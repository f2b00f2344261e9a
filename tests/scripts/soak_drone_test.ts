import assert from "node:assert/strict";
import { pitchOf } from "../../scripts/soak_drone.ts";

Deno.test("the soak hears which ground it is, and a hundredth of a cent, among other sounds", () => {
  for (const [ground, cents] of [[0, 0], [-5, 0.5], [3, -0.02], [5, 0.01]]) {
    const hz = 440 * 2 ** ((26 + ground + cents / 100 - 69) / 12);
    const sound = Float32Array.from({ length: 48_000 * 24 }, (_, frame) => {
      const turns = hz * frame / 48_000;
      return 0.1 * Math.sin(2 * Math.PI * turns) + 0.3 * Math.sin(2 * Math.PI * 2.02 * turns);
    });
    const heard = pitchOf(sound);
    assert.equal(heard.ground, ground);
    assert.ok(Math.abs(heard.cents - cents) < 0.005, `${heard.cents} cents, not ${cents}`);
  }
});
