import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { LatencyReport } from "../../../engine/report/latency_report.ts";

Deno.test("a latency is an event once it has settled, with the part of a device that says it later", () => {
  const events: EngineEvent[] = [];
  const report = new LatencyReport((event) => events.push(event));
  const pass = (fromMs: number, toMs: number, blocks: number, latencyMs: number) => {
    for (let nowMs = fromMs; nowMs < toMs; nowMs += 2) report.poll({ blocks, latencyMs }, nowMs);
  };
  pass(0, 1_000, 4, 15);
  assert.deepEqual(events, [], "the latency of the start is no change");
  pass(1_000, 1_100, 10, 26); // the renderers follow a longer period; the server has no latency yet
  pass(1_100, 1_150, 10, 31);
  pass(1_150, 3_000, 10, 47);
  assert.deepEqual(events, [{ event: "lookahead", blocks: 10, latencyMs: 47 }]);
  pass(3_000, 3_100, 4, 15); // back again before it is noticed
  pass(3_100, 4_000, 10, 47);
  assert.equal(events.length, 1);
});
