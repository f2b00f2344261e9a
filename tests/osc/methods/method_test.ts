import assert from "node:assert/strict";
import { withoutArguments } from "../../../osc/methods/method.ts";
import { MessageRefusedError } from "../../../osc/packet/arguments.ts";

Deno.test("a method without arguments is triggered by a button, not by its release, and refuses others first", () => {
  let effects = 0;
  const read = withoutArguments(() => {
    effects++;
    return { commands: [] };
  });
  assert.deepEqual(read([]), { commands: [] });
  assert.throws(
    () => read([{ type: "i", value: 1 }, { type: "i", value: 1 }]),
    (error: Error) =>
      error instanceof MessageRefusedError && error.message === "expected no arguments, found 2",
  );
  assert.equal(effects, 1);
  assert.deepEqual(read([{ type: "F" }]), { commands: [] });
  assert.equal(effects, 1);
  read([{ type: "f", value: 1 }]);
  assert.equal(effects, 2);
});
