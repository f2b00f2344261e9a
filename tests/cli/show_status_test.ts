import assert from "node:assert/strict";
import { paint } from "../../cli/paint.ts";
import { nested, showStatus, statusCode, statusText } from "../../cli/show_status.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { splitHostAndPort } from "../../osc/transport/network_address.ts";
import { startOscServer } from "../../testing/osc/osc_server.ts";

Deno.test("the status of an engine is a few rows, or all fields as JSON", async () => {
  const server = await startOscServer({ driver: "manual" });
  const config = { oscHost: "127.0.0.1", oscPort: splitHostAndPort(server.address).port };
  const printed: string[] = [];
  try {
    const ask = (json: boolean) =>
      showStatus({ command: "status", json }, config, (text) => void printed.push(text));
    assert.deepEqual([await ask(false), await ask(true)], [exitCodes.ok, exitCodes.ok]);
  } finally {
    await server.stop();
  }
  assert.match(printed[0], /^Understudy at 127\.0\.0\.1:\d+\n\n {2}state {8}running/);
  assert.match(printed[0], /patch {8}keys, 0 voices sound\n/);
  assert.match(printed[0], /since start {2}no fault, nothing late, nothing refused\n$/);
  const { state, rendererIds, osc } = JSON.parse(printed[1]);
  assert.ok(state === "running" && rendererIds.primary > 0 && osc.packets > 0, printed[1]);
});

Deno.test("a state without sound has its reason and another exit code; counters that moved are named", () => {
  const status = new Map<string, string | number>([["state", "unheard"], [
    "unheard",
    "nothing is\x1b connected",
  ], [
    "lateCommands",
    4,
  ], ["degraded", "realTime"]]);
  const text = statusText(status, { address: "x", painter: paint({ isTerminal: () => false }) });
  assert.match(text, /state {8}unheard: nothing is\\u001b connected\n/);
  assert.match(text, /worse {8}realTime\n {2}since start {2}late commands 4\n/);
  assert.equal(statusCode(status), exitCodes.device);
  assert.deepEqual(nested(new Map([["a", 1], ["b.c", 2], ["b.d.e", 3]])), { a: 1, b: { c: 2, "d.e": 3 } });
});
