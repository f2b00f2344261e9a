import assert from "node:assert/strict";
import { eventOf, logEvent } from "../../../engine/report/event_log.ts";
import type { Log } from "../../../foundation/logging.ts";

function logged(event: Parameters<typeof logEvent>[1], detail = ""): [level: string, text: string][] {
  const lines: [string, string][] = [];
  const at = (level: string) => (text: string) => void lines.push([level, text]);
  const log: Log = { debug: at("debug"), info: at("info"), warning: at("warning"), error: at("error") };
  logEvent(log, event, { block: 5, detail });
  return lines;
}

const fault = {
  event: "fault",
  cause: "trap",
  seat: 2,
  incarnation: 9,
  role: "standby",
  block: -1,
  joining: false,
} as const;

Deno.test("each event is one line, as loud as it is bad, with the cause and what the renderer wrote", () => {
  assert.deepEqual(logged(fault), [["warning", "renderer lost: trap"]]);
  assert.deepEqual(logged(fault, "RuntimeError: x"), [["warning", "renderer lost: trap (RuntimeError: x)"]]);
  assert.equal(logged({ event: "alone" })[0][0], "error");
  assert.match(logged({ event: "overload", block: 1 })[0][1], /UNDERSTUDY_LOOKAHEAD_BLOCKS/);
  const anchor = { event: "anchor", block: -1, position: 3, entries: [], withValues: false } as const;
  assert.match(logged(anchor)[0][1], /begin again .* default values/);
  assert.match(logged({ ...anchor, withValues: true })[0][1], /last values/);
  assert.deepEqual(eventOf(anchor), { event: "anchor", block: 0xFFFFFFFF, withValues: false });
  assert.deepEqual(logged({ event: "lockstep", renderers: 3, afterMs: 12.34 }), [
    ["info", "3 renderers in lockstep after 12.3 ms"],
  ]);
  assert.deepEqual(logged({ event: "lockstep", renderers: 2, afterMs: 0 }), [
    ["info", "2 renderers in lockstep"],
  ]);
});

Deno.test("observers get what concerns them, with blocks as they count, and nothing of the rest", () => {
  assert.deepEqual(eventOf(fault), {
    event: "fault",
    cause: "trap",
    role: "standby",
    rendererId: 9,
    block: 0xFFFFFFFF,
  });
  assert.deepEqual(eventOf({ event: "overload", block: 1 }), { event: "overload" });
  assert.equal(eventOf({ event: "backoff", delayMs: 50 }), undefined);
  assert.equal(eventOf({ event: "zombie", seat: 0, incarnation: 1 }), undefined);
});
