import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { LevelReport } from "../../../engine/report/level_report.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

function reportOn(ceiling: number) {
  const memory = testMemory({ ceiling });
  const lines: string[] = [];
  const events: EngineEvent[] = [];
  const keep = (text: string) => void lines.push(text);
  let loudest = 0;
  const report = new LevelReport({
    memory,
    log: { debug: keep, info: keep, warning: keep, error: keep },
    takeLoudest: () => {
      const most = loudest;
      loudest = 0;
      return most;
    },
    emit: (event) => events.push(event),
  });
  const add = (name: "overSamples" | "refusedInputSamples", samples: number, peak = 0) => {
    memory.wide[fixed.counters[name].index] += BigInt(samples);
    loudest = Math.max(loudest, peak);
  };
  return { report, lines, events, add };
}

Deno.test("overs are reported at once and then at most once a second, with their number and the loudest", () => {
  const { report, lines, events, add } = reportOn(0.5);
  report.poll(0);
  assert.deepEqual(events, []);
  add("overSamples", 3, 2);
  report.poll(10);
  for (let nowMs = 20; nowMs < 1_000; nowMs += 20) {
    add("overSamples", 1, nowMs === 500 ? 4 : 1.1);
    report.poll(nowMs);
  }
  assert.deepEqual(events, [{ event: "over", samples: 3, peakDb: 6 }]);
  report.poll(1_010);
  report.poll(5_000);
  assert.deepEqual(events.slice(1), [{ event: "over", samples: 49, peakDb: 12 }]);
  for (let nowMs = 6_000; nowMs < 20_000; nowMs += 1_000) {
    add("overSamples", 1, 1.1);
    report.poll(nowMs);
  }
  assert.equal(events.length, 16);
  assert.equal(lines.length, 2, "the log has a line in ten seconds");
  assert.match(lines[0], /3 samples, up to \+6\.0 dB; the ceiling holds them at -6\.0 dB/);
  assert.match(lines[1], /55 samples, up to \+12\.0 dB/, "with all since the last one");
});

Deno.test("overs are reported once their level is known", () => {
  const { report, events, add } = reportOn(1);
  add("overSamples", 2);
  report.poll(0);
  assert.deepEqual(events, []);
  add("overSamples", 0, 1.5);
  report.poll(2);
  assert.deepEqual(events, [{ event: "over", samples: 2, peakDb: 3.5 }]);
});

Deno.test("without a ceiling the report says what the device does, and names the setting", () => {
  const { report, lines, add } = reportOn(0);
  add("overSamples", 1, 1.1);
  report.poll(0);
  assert.match(lines[0], /the device clips them.*UNDERSTUDY_CEILING_DB/);
});

Deno.test("refused input is reported once", () => {
  const { report, lines, add } = reportOn(1);
  for (let nowMs = 0; nowMs < 5_000; nowMs += 500) {
    add("refusedInputSamples", 1);
    report.poll(nowMs);
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0], /input: .*\+30\.1 dB.*refusedInputSamples/);
});
