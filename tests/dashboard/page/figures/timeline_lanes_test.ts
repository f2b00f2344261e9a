import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type TimelineEntry, type TimelineKind, timelineMs } from "../../../../dashboard/protocol.ts";
import { laneMarks, lanes, lastFaultOf } from "../../../../dashboard/page/figures/timeline_lanes.ts";

const nowUnixMs = 1_800_000_000_000;
let id = 0;

function entry(kind: TimelineKind, agoMs: number, rest: Partial<TimelineEntry> = {}): TimelineEntry {
  return {
    id: ++id,
    kind,
    severity: "info",
    text: kind,
    count: 1,
    unixMs: nowUnixMs - agoMs,
    frame: 0,
    ...rest,
  };
}

const laneOf = (kind: TimelineKind) => lanes.find(({ kinds }) => kinds.includes(kind))!;

Deno.test("every kind of entry has one lane", () => {
  const kinds = lanes.flatMap(({ kinds }) => kinds);
  strictEqual(new Set(kinds).size, kinds.length);
  const all: Record<TimelineKind, true> = {
    fault: true,
    replacement: true,
    role: true,
    rescued: true,
    concealed: true,
    wrong: true,
    late: true,
    refused: true,
    quarantine: true,
    xrun: true,
    over: true,
    patch: true,
    degraded: true,
    restored: true,
    overload: true,
    device: true,
    process: true,
    recording: true,
  };
  deepStrictEqual(kinds.toSorted(), Object.keys(all).toSorted());
});

Deno.test("an entry stands where it happened: ten minutes ago at the left, now at the right", () => {
  const at = (agoMs: number) =>
    laneMarks(laneOf("fault"), [entry("fault", agoMs)], { nowUnixMs, places: 100 })[0]?.at;
  strictEqual(at(0), 1);
  strictEqual(at(timelineMs / 2), 0.5);
  strictEqual(at(timelineMs), 0);
  strictEqual(at(timelineMs + 1), undefined);
});

Deno.test("entries of one place are one mark, as loud as the loudest, that counts them", () => {
  const entries = [
    entry("late", 200, { count: 3 }),
    entry("refused", 150, { severity: "error", text: "no room" }),
    entry("late", 100, { severity: "warning", count: 2 }),
    entry("fault", 100, { severity: "error" }),
  ];
  const marks = laneMarks(laneOf("late"), entries, { nowUnixMs, places: 100 });
  strictEqual(marks.length, 1);
  const [{ severity, text, count, entries: joined }] = marks;
  deepStrictEqual({ severity, text, count, joined }, {
    severity: "error",
    text: "no room",
    count: 6,
    joined: 3,
  });
});

Deno.test("marks keep their neighbours while time passes", () => {
  const entries = Array.from({ length: 50 }, (_, index) => entry("xrun", index * 1_700));
  const counts = [0, 500, 1_000, 1_500].map((laterMs) =>
    laneMarks(laneOf("xrun"), entries, { nowUnixMs: nowUnixMs + laterMs, places: 100 }).map(({ entries }) =>
      entries
    )
  );
  for (const later of counts) deepStrictEqual(later, counts[0]);
  ok(counts[0].length < entries.length);
});

Deno.test("the last fault of a role is the newest that hit it", () => {
  const fault = (role: "primary" | "spare", cause: "hang" | "trap", agoMs: number) =>
    entry("fault", agoMs, { event: { event: "fault", cause, role, rendererId: 1, block: 1 } });
  const entries = [
    fault("primary", "trap", 9_000),
    fault("primary", "hang", 5_000),
    fault("spare", "trap", 1_000),
  ];
  strictEqual(lastFaultOf("primary", entries), entries[1]);
  strictEqual(lastFaultOf("standby", entries), undefined);
});
