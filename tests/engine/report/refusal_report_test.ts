import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { RefusalReport } from "../../../engine/report/refusal_report.ts";

Deno.test("refusals are counted, are an event at most once a second, and a line of the log in ten", () => {
  const lines: string[] = [];
  const events: EngineEvent[] = [];
  const keep = (text: string) => void lines.push(text);
  const report = new RefusalReport({
    log: { debug: keep, info: keep, warning: keep, error: keep },
    emit: (event) => events.push(event),
  });
  report.poll(0);
  assert.deepEqual([events, report.commands], [[], 0]);
  for (let nowMs = 10; nowMs <= 10_000; nowMs += 10) {
    report.record(2, nowMs < 5_000 ? "first" : "192.0.2.1:9000");
    report.poll(nowMs);
  }
  assert.equal(report.commands, 2_000);
  assert.equal(events.length, 10);
  assert.deepEqual(events.slice(0, 2), [{ event: "refused", commands: 2 }, {
    event: "refused",
    commands: 200,
  }]);
  report.poll(20_000);
  report.poll(40_000);
  assert.equal(
    events.reduce((sum, event) => sum + (event.event === "refused" ? event.commands : 0), 0),
    2_000,
  );
  assert.deepEqual(lines.map((line) => line.slice(0, 60)), [
    "2 commands were refused, the last from first: it sends faste",
    "1998 commands were refused, the last from 192.0.2.1:9000: it",
  ]);
});
