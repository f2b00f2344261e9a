import assert from "node:assert/strict";
import { invariant, InvariantError } from "../../foundation/invariant.ts";

Deno.test("a condition that fails throws its message as a defect of the program, one that holds does nothing", () => {
  invariant("text", "unused");
  for (const value of [false, 0, "", undefined, null, NaN]) {
    assert.throws(() => invariant(value, "seat: expected 0 to 7"), {
      name: "InvariantError",
      message: "seat: expected 0 to 7",
    });
  }
  assert.ok(new InvariantError("x") instanceof Error);
});
