import assert from "node:assert/strict";
import type { ShowListView } from "../../engine/control/show_view.ts";
import { keyOfNumber, showControlEvents } from "../../midi/show_control_events.ts";

const cues = ["1", "2.5", "10", undefined].map((number, index) => ({
  key: number ?? `/memo ${index}`,
  number,
}));
const show = { list: { cues } as unknown as ShowListView };

Deno.test("each command is the event that its document describes", () => {
  const cases: readonly (readonly [string, string | undefined, unknown])[] = [
    ["GO", undefined, [{ event: "go" }]],
    ["GO", "2.5", [{ event: "start", cue: "2.5" }]],
    ["TIMED_GO", "10", [{ event: "start", cue: "10" }]],
    ["STOP", undefined, [{ event: "pause" }]],
    ["STOP", "1", [{ event: "pause", cue: "1" }]],
    ["RESUME", "1", [{ event: "resume", cue: "1" }]],
    ["LOAD", "10", [{ event: "jump", cue: "10" }]],
    ["ALL_OFF", undefined, [{ event: "pause" }]],
    ["RESTORE", undefined, [{ event: "resume" }]],
    ["GO_OFF", "1", [{ event: "stop", cue: "1" }]],
    ["GO_OFF", undefined, [{ event: "stop" }]],
    ["RESET", undefined, [{ event: "stop" }, { event: "jump", cue: "1" }]],
    ["STANDBY_+", undefined, [{ event: "next" }]],
    ["STANDBY_-", undefined, [{ event: "back" }]],
  ];
  for (const [command, cue, expected] of cases) {
    const message = { device: 1, format: 0x10, command, ...(cue === undefined ? {} : { cue }) };
    assert.deepEqual(showControlEvents(message, show), expected, command);
  }
  const message = { device: 1, format: 0x10 };
  assert.throws(
    () => showControlEvents({ ...message, command: "FIRE" }, show),
    /FIRE means nothing to a show/,
  );
  assert.throws(
    () => showControlEvents({ ...message, command: "LOAD" }, show),
    /expected the number of a cue/,
  );
  assert.throws(() => showControlEvents({ ...message, command: "GO", cue: "3" }, show), /there is no cue 3/);
});

Deno.test("a number is found as it is written, else by its value", () => {
  assert.deepEqual(["2.5", "2.50", "010", "1.0"].map((number) => keyOfNumber(number, show.list)), [
    "2.5",
    "2.5",
    "10",
    "1",
  ]);
  assert.throws(() => keyOfNumber("", show.list), /no cue/);
});
