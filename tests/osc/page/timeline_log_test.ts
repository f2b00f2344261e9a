import assert from "node:assert/strict";
import { maxTimelineEntries, type TimelineEntry, timelineMs } from "../../../dashboard/protocol.ts";
import type { EngineEvent, EngineStatus } from "../../../engine/control/control.ts";
import { TimelineLog } from "../../../osc/page/timeline_log.ts";

/** A timeline of events and counters that a test makes. */
function kept(counts: Partial<EngineStatus> = {}) {
  let unixMs = 1_000_000;
  let status = {
    ...{ rescuedBlocks: 0, concealedFrames: 0, lateCommands: 0, outputUnderflows: 0 },
    ...{ stageRestarts: 0, controlRestarts: 0, replacements: 0, ...counts },
  } as EngineStatus;
  let emit: (event: EngineEvent) => void = () => {};
  const told: TimelineEntry[] = [];
  const timeline = new TimelineLog({
    engine: {
      status: () => status,
      observe: (listener) => {
        emit = listener;
        return () => emit = () => {};
      },
    },
    moment: () => ({ unixMs, frame: unixMs - 1_000_000 }),
    onEntry: (entry) => told.push(entry),
  });
  const after = (ms: number, grown: Partial<EngineStatus> = {}) => {
    unixMs += ms;
    timeline.look(status = { ...status, ...grown });
  };
  return { timeline, told, after, emit: (event: EngineEvent) => emit(event) };
}

const fault: EngineEvent = { event: "fault", cause: "hang", role: "primary", rendererId: 3, block: 9 };

Deno.test("events become entries with text and severity, notes and values do not", () => {
  const { timeline, told, emit } = kept();
  emit(fault);
  emit({ event: "parameter", parameter: 0, value: 1 });
  emit({ event: "noteEnd", instrument: 0, id: 60 });
  emit({ event: "lockstep", renderers: 3, afterMs: 0 });
  emit({ event: "patch", patch: "keys" });
  timeline.stop();
  emit(fault);
  const texts = timeline.entries.map(({ id, kind, severity, text }) => `${id} ${kind} ${severity} ${text}`);
  assert.deepEqual(texts, ["1 fault warning renderer 3 (primary) lost: hang", "2 patch info plays keys"]);
  assert.deepEqual(told, timeline.entries);
  assert.deepEqual(told[0].event, fault);
});

Deno.test("counters that grow within two seconds are one entry that grows, later ones another", () => {
  const { timeline, told, after } = kept({ rescuedBlocks: 5 });
  after(1_000);
  after(1_000, { rescuedBlocks: 6 });
  after(1_000, { rescuedBlocks: 9, concealedFrames: 128 });
  after(1_500, { rescuedBlocks: 10 });
  timeline.stop();
  const texts = timeline.entries.map(({ id, count, text }) => `${id} ${count} ${text}`);
  assert.deepEqual(texts, [
    "1 4 4 blocks taken from another renderer than the primary",
    "2 128 128 frames concealed: no renderer had them in time",
    "3 1 1 block taken from another renderer than the primary",
  ]);
  assert.deepEqual(told.map(({ id, count }) => [id, count]), [[1, 1], [1, 4], [2, 128], [3, 1]]);
});

Deno.test("entries older than ten minutes, and those beyond the bound, are forgotten", () => {
  const { timeline, after, emit } = kept();
  emit(fault);
  after(timelineMs - 1);
  emit({ event: "alone" });
  assert.deepEqual(timeline.entries.map(({ kind }) => kind), ["fault", "concealed"]);
  after(2);
  assert.deepEqual(timeline.entries.map(({ kind }) => kind), ["concealed"]);
  for (let count = 0; count < maxTimelineEntries + 10; count++) emit(fault);
  assert.equal(timeline.entries.length, maxTimelineEntries);
  timeline.stop();
});

Deno.test("a control process that took over says that the timeline before is gone", () => {
  const { timeline } = kept({ controlRestarts: 2 });
  timeline.stop();
  assert.match(timeline.entries[0].text, /another took over/);
});
