import assert from "node:assert/strict";
import { loadParameters, saveParameters } from "../../../engine/run/parameter_file.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";

Deno.test("the values that were saved last are read back, with the place in the log that they belong to", () =>
  inRun(({ folder }) => {
    assert.equal(loadParameters(folder), undefined);
    saveParameters(folder, { position: -7, values: { "synth/attack": 1 } });
    const last = { position: 12, values: { "synth/attack": 0.1, "master/gainDb": -3 } };
    saveParameters(folder, last);
    assert.deepEqual(loadParameters(folder), last);
  }));
