import assert from "node:assert/strict";
import { TurnTimes } from "../../../testing/measure/turn_times.ts";
import { until } from "../../../testing/until.ts";

Deno.test("a turn that holds the isolate up is the worst of the times, and the median is that of the timer", async () => {
  const times = new TurnTimes();
  let turns = 0;
  await until("turns of the isolate", () => ++turns > 50);
  const endMs = performance.now() + 80;
  while (performance.now() < endMs);
  turns = 0;
  await until("turns after it", () => ++turns > 50);
  const [median, , worst] = times.finish();
  assert.ok(worst >= 80 && worst > median, `${median}, worst ${worst} ms`);
});
