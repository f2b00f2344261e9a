import assert from "node:assert/strict";
import { explain } from "../../cli/explain.ts";
import { ConfigError } from "../../config/config_error.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";

/** What is printed, and the code, for an error. */
function explained(error: unknown): readonly [number, string] {
  const { error: print } = console;
  let printed = "";
  console.error = (text: string) => printed += text;
  try {
    return [explain(error), printed];
  } finally {
    console.error = print;
  }
}

Deno.test("an error that the user can mend is one sentence, any other has its stack", () => {
  assert.deepEqual(explained(new ConfigError(["A: expected 1"])), [
    exitCodes.usage,
    "understudy: A: expected 1",
  ]);
  const [code, text] = explained(new TypeError("a defect"));
  assert.equal(code, exitCodes.internal);
  assert.match(text, /^understudy: TypeError: a defect\n\s+at /);
  assert.deepEqual(explained("text"), [exitCodes.internal, "understudy: text"]);
});
