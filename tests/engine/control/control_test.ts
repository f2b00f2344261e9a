import assert from "node:assert/strict";
import {
  CommandRefusedError,
  expressionRanges,
  isInRange,
  rolesOf,
} from "../../../engine/control/control.ts";

Deno.test("a value is in range up to the bounds as they are, and as 32 bits round them, no further", () => {
  const range = { min: -0.1, max: 0.1 };
  for (const value of [-0.1, 0, 0.1, Math.fround(0.1), Math.fround(-0.1)]) assert.ok(isInRange(range, value));
  for (const value of [-0.1001, 0.1001, NaN, Infinity]) assert.ok(!isInRange(range, value));
  assert.ok(isInRange(expressionRanges.bend, -48) && !isInRange(expressionRanges.pressure, -0.01));
});

Deno.test("a fault hits the role it names, `both` the pair, `all` every role", () => {
  assert.deepEqual(rolesOf("spare"), ["spare"]);
  assert.deepEqual(rolesOf("both"), ["primary", "standby"]);
  assert.deepEqual(rolesOf("all"), ["primary", "standby", "spare"]);
  assert.deepEqual(rolesOf("control"), []);
});

Deno.test("a refusal is known by its name across isolates", () => {
  assert.equal(new CommandRefusedError("x").name, "CommandRefusedError");
});
