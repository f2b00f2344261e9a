import assert from "node:assert/strict";
import { stepCount } from "../../../modules/clocks/step_count.ts";
import { clocked, clocksAt } from "./trigger_trial.ts";

const counted = (frames: Float32Array) =>
  clocked((clock, reset) => stepCount(clock, reset, 3).toFloat(), frames).then((all) => [...all]);

Deno.test("steps are counted from 0 to the last and begin again; before the first clock it is none", async () => {
  assert.deepEqual(await counted(clocksAt(7, [1, 2, 3, 4, 6])), [-1, 0, 1, 2, 0, 0, 1]);
});

Deno.test("after a reset the next clock is the first step", async () => {
  assert.deepEqual(await counted(clocksAt(6, [0, 1, 4], [2])), [0, 1, -1, -1, 0, 0]);
});
