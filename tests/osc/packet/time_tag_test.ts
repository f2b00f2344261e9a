import assert from "node:assert/strict";
import fc from "fast-check";
import { immediately, isImmediate, notEarlier, unixMsOf } from "../../../osc/packet/time_tag.ts";
import { timeTagOf } from "../../../testing/osc/time_tag_of.ts";

Deno.test("there and back is exact to a microsecond, also just below a full second", () => {
  assert.deepEqual(timeTagOf(0), { seconds: 2_208_988_800, fraction: 0 });
  assert.deepEqual(timeTagOf(999.9999999999), { seconds: 2_208_988_801, fraction: 0 });
  fc.assert(fc.property(fc.double({ min: 0, max: 2e12, noNaN: true }), (ms) => {
    assert.ok(Math.abs(unixMsOf(timeTagOf(ms)) - ms) < 0.001);
  }));
});

Deno.test("`immediately` is no moment, and earlier than all", () => {
  assert.ok(isImmediate(immediately) && !isImmediate(timeTagOf(0)));
  assert.ok(isImmediate({ seconds: 0, fraction: 0 }) && !isImmediate({ seconds: 0, fraction: 2 }));
  assert.ok(notEarlier(timeTagOf(0), immediately));
  assert.ok(
    notEarlier(timeTagOf(1_000), timeTagOf(1_000)) && !notEarlier(timeTagOf(1_000), timeTagOf(1_001)),
  );
});
