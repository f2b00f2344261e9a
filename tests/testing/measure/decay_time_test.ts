import assert from "node:assert/strict";
import { decayTime } from "../../../testing/measure/decay_time.ts";

Deno.test("the decay of noise that dies away is measured within 3 %, each band its own", () => {
  const rateHz = 48_000;
  let bits = 1;
  const decaying = (seconds: number, frequencyHz: number) =>
    Float32Array.from({ length: 1 << 17 }, (_, frame) => {
      bits = Math.imul(bits, 1_664_525) + 1_013_904_223 | 0;
      const carrier = Math.cos(2 * Math.PI * ((frame * frequencyHz / rateHz) % 1));
      return 10 ** (-3 * frame / rateHz / seconds) * carrier * (1 + bits * 2 ** -32);
    });
  const low = decaying(1.5, 500);
  const both = decaying(0.7, 8_000).map((sample, frame) => sample + low[frame]);
  assert.ok(Math.abs(decayTime(both, rateHz, 400, 600) / 1.5 - 1) < 0.03);
  assert.ok(Math.abs(decayTime(both, rateHz, 7_900, 8_100) / 0.7 - 1) < 0.03);
});
