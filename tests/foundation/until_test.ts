import assert from "node:assert/strict";
import { until } from "../../foundation/until.ts";

Deno.test("a condition is polled until it holds", async () => {
  let calls = 0;
  assert.equal(await until(() => ++calls === 3, { timeoutMs: 60_000 }), true);
  assert.equal(calls, 3);
});

Deno.test("a condition that holds already is asked once, whatever the deadline", async () => {
  let calls = 0;
  assert.equal(await until(() => ++calls > 0, { timeoutMs: -1 }), true);
  assert.equal(calls, 1);
});

Deno.test("a deadline that expires is false, and the last call came after it", async () => {
  let lastMs = 0;
  const deadlineMs = performance.now() + 5;
  const held = await until(() => {
    lastMs = performance.now();
    return false;
  }, { timeoutMs: 5 });
  assert.equal(held, false);
  assert.ok(lastMs >= deadlineMs);
});

Deno.test("an error of the condition reaches the caller", async () => {
  await assert.rejects(until(() => assert.fail("broken"), { timeoutMs: 1_000 }), /broken/);
});
