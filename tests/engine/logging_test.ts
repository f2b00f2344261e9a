import assert from "node:assert/strict";
import { createLog } from "../../engine/logging.ts";

function collect(format: "pretty" | "json", level: "debug" | "warning" = "debug") {
  const lines: string[] = [];
  return { lines, log: createLog({ level, format, colour: false, write: (line) => lines.push(line) }) };
}

Deno.test("a pretty line names who, where and what", () => {
  const { lines, log } = collect("pretty");
  log.warning("renderer lost: exit", { role: "primary", rendererId: 3, block: 77 });
  log.info("ready");
  assert.match(lines[0], /^\d\d:\d\d:\d\d\.\d{3} warning primary#3 @77 +renderer lost: exit\n$/);
  assert.match(lines[1], /info +engine +ready\n$/);
});

Deno.test("a JSON line carries every field, and braces in a text stay as they are", () => {
  const { lines, log } = collect("json");
  log.error("a {role} in braces", { role: "standby", rendererId: 2 });
  const line = JSON.parse(lines[0]);
  assert.deepEqual([line.level, line.message, line.role, line.rendererId], [
    "error",
    "a {role} in braces",
    "standby",
    2,
  ]);
});

Deno.test("events below the level are not written", () => {
  const { lines, log } = collect("pretty", "warning");
  log.debug("a");
  log.info("b");
  log.error("c");
  assert.equal(lines.length, 1);
});
