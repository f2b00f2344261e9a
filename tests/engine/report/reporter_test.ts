import assert from "node:assert/strict";
import type { EngineEvent } from "../../../engine/control/control.ts";
import { Reporter } from "../../../engine/report/reporter.ts";

function reporter() {
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const made = new Reporter({ debug: keep, info: keep, warning: keep, error: keep });
  const events: EngineEvent[] = [];
  return { made, lines, events, stop: made.observe((event) => events.push(event)) };
}

Deno.test("a listener that throws keeps no other from hearing, and one that left hears no more", () => {
  const { made, lines, events, stop } = reporter();
  made.observe(() => {
    throw new Error("mine");
  });
  made.emit({ event: "alone" });
  stop();
  made.emit({ event: "overload" });
  assert.deepEqual(events, [{ event: "alone" }]);
  assert.equal(lines.filter((line) => line.includes("mine")).length, 2);
});

Deno.test("an instrument is told to be silent once, when its last voice has ended", () => {
  const { made, events } = reporter();
  for (const counts of [[], [0, 2], [1, 1], [1, 0], [0, 0], [0, 0]]) made.voices(counts);
  assert.deepEqual(events, [{ event: "silent", instrument: 1 }, { event: "silent", instrument: 0 }]);
});

Deno.test("faults are counted by cause, and what the loop finds is logged", () => {
  const { made, lines, events } = reporter();
  const fault = {
    event: "fault",
    cause: "hang",
    seat: 1,
    incarnation: 7,
    role: "spare",
    block: -1,
    joining: false,
  } as const;
  made.supervised(fault, 0, "");
  made.supervised(fault, 0, "");
  made.supervised({ event: "divergence", block: 3, undecided: false }, 0, "");
  made.supervised({ event: "quarantine", positions: [7, 8] }, 0, "");
  assert.deepEqual(made.faults, { hang: 2 });
  assert.deepEqual(events[0], {
    event: "fault",
    cause: "hang",
    role: "spare",
    rendererId: 7,
    block: 0xFFFFFFFF,
  });
  assert.equal(lines.filter((line) => line.includes("outvoted")).length, 1);
  assert.equal(lines.filter((line) => line.includes("2 commands are skipped permanently")).length, 1);
  assert.deepEqual(events.at(-1), { event: "quarantine", commands: 2 });
});

Deno.test("a limit of voices is logged with its numbers and passed on, also when it ends", () => {
  const { made, lines, events } = reporter();
  made.shed({ limit: 12, voices: 20, reason: "overload" }, 1);
  made.shed({ limit: 15, voices: 12, reason: "room" }, 2);
  made.shed({ limit: 0, voices: 12, reason: "admission" }, 3);
  assert.match(lines[0], /overload: at most 12 voices may sound until there is room again; 20 sounded/);
  assert.match(lines[1], /room again: at most 15 voices may sound/);
  assert.match(lines[2], /all voices may sound/);
  assert.deepEqual(events, [
    { event: "shed", limit: 12, voices: 20 },
    { event: "shed", limit: 15, voices: 12 },
    { event: "shed", limit: 0, voices: 12 },
  ]);
});
