import assert from "node:assert/strict";
import { PeakMeter } from "../../../engine/delivery/meter.ts";

Deno.test("a meter keeps each channel's largest peak until it is read, whatever other readers do", () => {
  let closed = 0;
  const [first, second] = [0, 1].map(() => new PeakMeter(2, () => closed++));
  const floats = new Float32Array([9, 0.5, 0.25, 0.125, 0.75]);
  first.record(floats, 1);
  second.record(floats, 1);
  assert.deepEqual(first.drain(), [0.5, 0.25]);
  first.record(floats, 3);
  second.record(floats, 3);
  assert.deepEqual([first.drain(), first.drain(), second.drain()], [[0.125, 0.75], [0, 0], [0.5, 0.75]]);
  first.close();
  assert.equal(closed, 1);
});
