import assert from "node:assert/strict";
import { abortable } from "../../foundation/abortable.ts";

Deno.test("work gives its result, or the reason of the signal, also of one that was aborted before", async () => {
  const controller = new AbortController();
  assert.equal(await abortable(Promise.resolve(7), controller.signal), 7);
  const waiting = abortable(new Promise(() => {}), controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(abortable(Promise.resolve(7), controller.signal), /enough/);
  assert.equal(await abortable(Promise.resolve(7), undefined), 7);
});
