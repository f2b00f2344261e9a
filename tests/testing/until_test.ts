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
