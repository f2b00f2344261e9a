import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  parameterGroups,
  sliderSteps,
  stepOf,
  typedValue,
  valueOfStep,
} from "../../../../dashboard/page/figures/control_scale.ts";

const gain = { min: -60, max: 6, curve: "linear" } as const;
const cutoff = { min: 20, max: 20_000, curve: "exponential" } as const;

Deno.test("a slider goes from the least to the most of its range, by its curve", () => {
  for (const range of [gain, cutoff]) {
    strictEqual(valueOfStep(range, 0), range.min);
    strictEqual(valueOfStep(range, sliderSteps), range.max);
    strictEqual(valueOfStep(range, sliderSteps + 9), range.max);
    for (let step = 0; step <= sliderSteps; step += 7) {
      ok(Math.abs(stepOf(range, valueOfStep(range, step)) - step) < 1e-9);
    }
  }
  strictEqual(valueOfStep(gain, sliderSteps / 2), -27);
  ok(Math.abs(valueOfStep(cutoff, sliderSteps / 2) - 632.4555) < 1e-3);
});

Deno.test("an exponential range that begins at zero is taken as linear, and an empty one as its start", () => {
  strictEqual(valueOfStep({ min: 0, max: 2, curve: "exponential" }, sliderSteps / 2), 1);
  strictEqual(stepOf({ min: 1, max: 1, curve: "linear" }, 1), 0);
});

Deno.test("a typed number is taken as people write it, and inside the range", () => {
  strictEqual(typedValue(cutoff, "1.5k"), 1_500);
  strictEqual(typedValue(cutoff, " 440 Hz "), 440);
  strictEqual(typedValue(gain, "−6,5"), -6.5);
  strictEqual(typedValue(gain, "-6.5 dB"), -6.5);
  strictEqual(typedValue(gain, "99"), 6);
  strictEqual(typedValue(cutoff, "1e3"), 1_000);
  for (const text of ["", "loud", "1.2.3", "--4", "NaN"]) {
    strictEqual(typedValue(gain, text), undefined, text);
  }
});

Deno.test("parameters are grouped by the first part of their address, and named by the rest in words", () => {
  const addresses = ["keys/cutoffHz", "master/gainDb", "keys/releaseSeconds", "keys/filter/q", "tempo"];
  const groups = parameterGroups(addresses.map((address) => ({ address })));
  deepStrictEqual(
    groups.map(({ name, members }) => [name, members.map(({ index, label }) => [index, label])]),
    [
      ["keys", [[0, "Cutoff"], [2, "Release"], [3, "Filter q"]]],
      ["master", [[1, "Gain"]]],
      ["tempo", [[4, "Tempo"]]],
    ],
  );
});
