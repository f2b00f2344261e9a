import assert from "node:assert/strict";
import { faultKinds } from "../../../engine/control/control.ts";
import { faultCode } from "../../../engine/supervisor/fault_code.ts";

Deno.test("every kind of fault has a code of its own, and none that of no order", () => {
  const codes = faultKinds.map(faultCode);
  assert.equal(new Set(codes).size, faultKinds.length);
  assert.ok(codes.every((code) => code > 0 && faultKinds[code - 1] === faultKinds[codes.indexOf(code)]));
});
