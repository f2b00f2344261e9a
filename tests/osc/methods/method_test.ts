import assert from "node:assert/strict";
import { withoutArguments } from "../../../osc/methods/method.ts";
import { MessageRefusedError } from "../../../osc/packet/arguments.ts";

Deno.test("a method without arguments refuses any, before it has an effect", () => {
  let effects = 0;
  const read = withoutArguments(() => {
    effects++;
    return { commands: [] };
  });
  assert.deepEqual(read([]), { commands: [] });
  assert.throws(
    () => read([{ type: "i", value: 1 }]),
    (error: Error) =>
      error instanceof MessageRefusedError && error.message === "expected no arguments, found 1",
  );
  assert.equal(effects, 1);
});
