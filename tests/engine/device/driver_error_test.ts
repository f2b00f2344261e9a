import assert from "node:assert/strict";
import { DriverError } from "../../../engine/device/driver_error.ts";

Deno.test("an error of the driver is told from others by its name, and keeps its cause", () => {
  const cause = new Error("errno 16");
  const error = new DriverError("the clock thread did not start", { cause });
  assert.deepEqual([error.name, error.cause], ["DriverError", cause]);
  assert.match(String(error), /^DriverError: the clock thread/);
});
