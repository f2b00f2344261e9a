import assert from "node:assert/strict";
import { done, failed, float, scalar, text } from "../../../osc/packet/reply.ts";

Deno.test("a whole number of 32 bits is an integer, any other number a float, anything else a text", () => {
  assert.deepEqual(scalar(7), { type: "i", value: 7 });
  assert.deepEqual(scalar(-(2 ** 31) + 1), { type: "i", value: -(2 ** 31) + 1 });
  assert.deepEqual(scalar(2 ** 31), { type: "f", value: 2 ** 31 });
  assert.deepEqual(scalar(0.5), { type: "f", value: 0.5 });
  assert.deepEqual(scalar("running"), { type: "s", value: "running" });
  assert.deepEqual(scalar(undefined), { type: "s", value: "undefined" });
});

Deno.test("answers name the address, and the reason where there is one", () => {
  assert.deepEqual(done("/note"), { address: "/done", args: [text("/note")] });
  assert.deepEqual(failed("/note", "why"), { address: "/fail", args: [text("/note"), text("why")] });
  assert.deepEqual(float(2), { type: "f", value: 2 });
});
