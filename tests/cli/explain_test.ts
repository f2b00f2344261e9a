import assert from "node:assert/strict";
import { explain } from "../../cli/explain.ts";
import { ConfigError } from "../../config/config_error.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { capturedErrors } from "../../testing/captured_errors.ts";

/** What is written, and the code, for an error. */
async function explained(error: unknown): Promise<readonly [number, string]> {
  let code = -1;
  const text = await capturedErrors(() => Promise.resolve(void (code = explain(error))));
  return [code, text];
}

Deno.test("an error that the user can mend is one sentence, any other has its stack", async () => {
  assert.deepEqual(await explained(new ConfigError(["A: expected 1"])), [
    exitCodes.usage,
    "understudy: A: expected 1\n",
  ]);
  const [code, text] = await explained(new TypeError("a defect"));
  assert.equal(code, exitCodes.internal);
  assert.match(text, /^understudy: TypeError: a defect\n\s+at /);
  assert.deepEqual(await explained("text"), [exitCodes.internal, "understudy: text\n"]);
});
