import assert from "node:assert/strict";
import { loadParameters, saveParameters } from "../../../engine/run/parameter_file.ts";
import { inRun } from "../../../testing/engine/test_processes.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";

const { parameters } = tallyPatch({
  sampleRateHz: 8_000,
  channels: 2,
  inputChannels: 0,
  maximumBlockFrames: 32,
});

Deno.test("values are read back by address, with the place in the log that they belong to", () =>
  inRun(({ folder }) => {
    assert.equal(loadParameters(folder), undefined);
    saveParameters(folder, -7, parameters, () => 1);
    saveParameters(folder, 12, parameters, (parameter) => 0.1 + parameter);
    assert.deepEqual(loadParameters(folder), {
      position: 12,
      values: Object.fromEntries(parameters.map(({ address }, index) => [address, 0.1 + index])),
    });
  }));
