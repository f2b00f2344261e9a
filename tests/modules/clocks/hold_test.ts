import assert from "node:assert/strict";
import { held } from "../../../modules/clocks/hold.ts";
import { feedback } from "../../../modules/signal/feedback.ts";
import { clocked, clocksAt } from "./trigger_trial.ts";

Deno.test("what is held is the value of the first frame, then that of the last clock", async () => {
  const heard = await clocked(
    (clock) => held(feedback(0, (before) => before.plus(1)), clock),
    clocksAt(10, [3, 4, 8]),
  );
  assert.deepEqual([...heard], [1, 1, 1, 4, 5, 5, 5, 5, 9, 9]);
});
