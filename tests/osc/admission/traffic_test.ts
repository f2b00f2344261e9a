import assert from "node:assert/strict";
import { Traffic } from "../../../osc/admission/traffic.ts";

Deno.test("losses are counted by reason; each reason is reported at once, and then at its own interval", () => {
  let nowMs = 0;
  const notices: string[] = [];
  const traffic = new Traffic({ onNotice: (text) => notices.push(text), nowMs: () => nowMs });
  for (; nowMs < 20_000; nowMs += 100) {
    traffic.record("malformed", () => `malformed at ${nowMs}`);
    traffic.record("forbidden", () => `forbidden at ${nowMs}`, 3);
  }
  const { malformed, forbidden, ...others } = traffic.counts;
  assert.deepEqual([malformed, forbidden], [200, 600]);
  assert.ok(Object.values(others).every((count) => count === 0));
  assert.deepEqual(notices.slice(0, 3), [
    "malformed at 0 (1 so far)",
    "forbidden at 0 (3 so far)",
    "malformed at 1000 (11 so far)",
  ]);
  assert.equal(notices.filter((text) => text.startsWith("malformed")).length, 20);
  assert.deepEqual(notices.filter((text) => text.startsWith("forbidden")), [
    "forbidden at 0 (3 so far)",
    "forbidden at 10000 (303 so far)",
  ]);
});

Deno.test("a sentence that is not read is not composed", () => {
  const traffic = new Traffic({ onNotice: () => {}, nowMs: () => 0 });
  let made = 0;
  for (let count = 0; count < 100; count++) traffic.record("dropped", () => `sentence ${++made}`);
  assert.equal(made, 1);
});
