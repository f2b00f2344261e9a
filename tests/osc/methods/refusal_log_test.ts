import assert from "node:assert/strict";
import { RefusalLog } from "../../../osc/methods/refusal_log.ts";

/** A log with a clock that the test moves, and the lines that were written. */
function logAt() {
  const at = { nowMs: 0 };
  const lines: string[] = [];
  const log = new RefusalLog({ onLine: (line) => lines.push(line), nowMs: () => at.nowMs });
  return { at, log, lines: () => lines.splice(0) };
}

Deno.test("the first refusal of a sender is written at once, later ones once a second with the number of those between", () => {
  const { at, log, lines } = logAt();
  log.refuse("a", () => "a /nte: no such address");
  assert.deepEqual(lines(), ["OSC from a /nte: no such address"]);
  for (let message = 0; message < 57; message++) log.refuse("a", () => assert.fail("it is not written"));
  log.refuse("b", () => "b /x: another sender");
  assert.deepEqual(lines(), ["OSC from b /x: another sender"]);
  at.nowMs = 1_000;
  log.refuse("a", () => "a /nte: no such address");
  assert.deepEqual(lines(), ["OSC from a /nte: no such address (57 more since the last line)"]);
  assert.equal(log.count, 60);
});

Deno.test("many senders write ten lines a second at most", () => {
  const { at, log, lines } = logAt();
  for (let sender = 0; sender < 500; sender++) log.refuse(`s${sender}`, () => `s${sender} /x: no`);
  assert.equal(lines().length, 10);
  at.nowMs = 1_000;
  for (let sender = 0; sender < 500; sender++) log.refuse(`t${sender}`, () => `t${sender} /x: no`);
  assert.equal(lines().length, 10);
  assert.equal(log.count, 1_000);
});

Deno.test("a message that was carried out can be mentioned, and does not count as refused", () => {
  const { log, lines } = logAt();
  log.mention("a", () => "a /note ,ii 60 1: the softest");
  assert.deepEqual(lines(), ["OSC from a /note ,ii 60 1: the softest"]);
  assert.equal(log.count, 0);
});

Deno.test("words of the network cannot forge a line", () => {
  const { log, lines } = logAt();
  log.refuse("a", () => "a /x\n12:00:00 error: \x1b[2Jgone");
  assert.deepEqual(lines(), ["OSC from a /x\\u000a12:00:00 error: \\u001b[2Jgone"]);
});
