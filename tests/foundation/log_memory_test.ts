import assert from "node:assert/strict";
import { createLog } from "../../foundation/logging.ts";
import { LogMemory } from "../../foundation/log_memory.ts";

Deno.test("the last lines are kept and shown as they come, of the level that is logged, with their fields as text", () => {
  const memory = new LogMemory(3);
  const seen: string[] = [];
  const log = createLog({ level: "info", format: "pretty", colour: false, write: () => {}, memory });
  const stop = memory.observe(({ text }) => seen.push(text));
  log.debug("nothing");
  for (let count = 1; count <= 4; count++) log.info(`line ${count}`);
  stop();
  log.warning("last", { block: 7, role: "spare", bytes: 5n, missing: undefined });
  assert.deepEqual(memory.lines.map(({ text }) => text), ["line 3", "line 4", "last"]);
  assert.deepEqual(seen, ["line 1", "line 2", "line 3", "line 4"]);
  const [, , { level, fields, unixMs }] = memory.lines;
  assert.deepEqual([level, fields], ["warning", { block: 7, role: "spare", bytes: "5" }]);
  assert.ok(Math.abs(unixMs - Date.now()) < 60_000);
});

Deno.test("a long line is cut, and a listener that throws stops neither the log nor the others", () => {
  const memory = new LogMemory(1);
  const seen: string[] = [];
  const log = createLog({ level: "info", format: "json", colour: false, write: () => {}, memory });
  memory.observe(() => {
    throw new Error("a defect");
  });
  memory.observe(({ text }) => seen.push(text));
  log.error("x".repeat(5_000));
  assert.equal(seen[0].length, 2_000);
});
