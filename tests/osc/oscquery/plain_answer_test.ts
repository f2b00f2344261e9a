import assert from "node:assert/strict";
import { plainAnswer } from "../../../osc/oscquery/plain_answer.ts";

Deno.test("a plain answer is a line of UTF-8, beside the headers that it is given", () => {
  assert.deepEqual(plainAnswer(405, "µ: expected GET", { allow: "GET" }), {
    status: 405,
    headers: { allow: "GET", "content-type": "text/plain; charset=utf-8" },
    body: "µ: expected GET\n",
  });
});
