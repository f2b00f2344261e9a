import assert from "node:assert/strict";
import { loadQuarantined, saveQuarantined } from "../../../engine/run/quarantine_file.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";

Deno.test("the newest quarantined commands are read back, in order, with the blocks of their search", () =>
  inRun(({ folder }) => {
    assert.deepEqual(loadQuarantined(folder), []);
    saveQuarantined(folder, [[-7, 12, 40], [3]]);
    assert.deepEqual(loadQuarantined(folder), [[-7, 12, 40], [3]]);
    saveQuarantined(folder, Array.from({ length: 100 }, (_, position) => [position]));
    const kept = loadQuarantined(folder);
    assert.deepEqual([kept.length, kept.at(-1)], [64, [99]]);
  }));
