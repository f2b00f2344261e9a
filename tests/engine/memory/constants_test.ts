import assert from "node:assert/strict";
import * as constants from "../../../engine/memory/constants.ts";
import { roles } from "../../../engine/control/control.ts";
import { supervisorDefaults } from "../../../engine/supervisor/supervisor.ts";

Deno.test("the constants hold the relations that the code relies on", () => {
  assert.equal(constants.roleCount, roles.length);
  assert.equal(constants.logCapacity, 2 ** 16, "a seal carries 16 bits of the log position");
  assert.ok(
    constants.seatCount >= 2 * (supervisorDefaults.following + supervisorDefaults.waiting),
    "room for as many zombies",
  );
  assert.ok(constants.snapshotCount > constants.roleCount, "one more than can be in use at once");
  assert.ok(constants.stateCheckSeconds < constants.historySeconds / 100);
  assert.ok(constants.concealRampFrames < constants.stopFadeSeconds * 8_000);
  assert.ok(
    constants.maxWaitNanoseconds < supervisorDefaults.hangMs * 1e6,
    "a waiting renderer must not look hung",
  );
});
