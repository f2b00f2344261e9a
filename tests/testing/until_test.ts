import assert from "node:assert/strict";
import { until } from "../../testing/until.ts";

Deno.test("a condition that holds is not waited for, and one that comes to hold ends the wait", async () => {
  await until("nothing", () => true, 0);
  let calls = 0;
  await until("the third call", () => ++calls === 3);
  assert.equal(calls, 3);
});

Deno.test("a condition that never holds ends in an error that names it and the time", () =>
  assert.rejects(until("a miracle", () => false, 5), /gave up after 5 ms waiting for: a miracle/));

Deno.test("a condition that costs much is asked less often, so that most of the time is left to others", async () => {
  let [asked, spentMs] = [0, 0];
  const begunMs = performance.now();
  await until("the fifth call", () => {
    const sinceMs = performance.now();
    while (performance.now() - sinceMs < 4);
    spentMs += performance.now() - sinceMs;
    return ++asked === 5;
  });
  // four pauses of nine times the cost each; a machine that stands still makes them longer
  assert.ok(performance.now() - begunMs - spentMs > 4 * 9 * 4 - 4, "it waits many times as long as it asks");
});
