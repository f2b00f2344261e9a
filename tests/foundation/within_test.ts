import assert from "node:assert/strict";
import { within } from "../../foundation/within.ts";

Deno.test("work that is done in time gives its result or its error", async () => {
  assert.equal(await within(Promise.resolve(7), 60_000), 7);
  await assert.rejects(within(Promise.reject(new Error("broken")), 60_000), /broken/);
});

Deno.test("work that takes longer gives undefined, and goes on", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  assert.equal(await within(promise, 1), undefined);
  resolve(7);
  assert.equal(await promise, 7);
});
