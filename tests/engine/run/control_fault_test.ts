import assert from "node:assert/strict";
import { commitControlFault, controlFaults, isControlFault } from "../../../engine/run/control_fault.ts";

Deno.test("a control process can throw, be killed and hang; everything else is for renderers", () => {
  assert.ok(controlFaults.every(isControlFault));
  assert.ok(!isControlFault("oom"));
  assert.throws(() => commitControlFault("throw"), /fault injected/);
});
