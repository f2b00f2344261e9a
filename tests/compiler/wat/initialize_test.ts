import assert from "node:assert/strict";
import { parameterRecord } from "../../../compiler/plan/arena.ts";
import { initializeText } from "../../../compiler/wat/initialize.ts";
import { sharedFunctions } from "../../../compiler/wat/polyphony.ts";
import { definePatch } from "../../../modules/patch.ts";
import { feedback, integerFeedback, seededFeedback } from "../../../modules/signal/feedback.ts";
import { unity } from "../../../modules/signal/unity.ts";
import { runText } from "../../../testing/compiler/run_text.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";

const whole = textSourceOf(definePatch({
  name: "begun",
  instruments: {},
  parameters: { mix: { level: { ...unity, default: 0.75, why: "is set" } } },
  output: (_buses, { mix }) =>
    feedback(1.5, (before) => before.plus(mix.level))
      .plus(integerFeedback(-7, (before) => before.plus(1)).toFloat())
      .plus(seededFeedback((before) => before.plus(1)).toFloat()),
}));
// in the one page of a test
const source = { ...whole, plan: { ...whole.plan, seed: 16, parameters: 1_024, mainStates: 2_048 } };

function initialized(seed: number) {
  const { call, words, floats } = runText(sharedFunctions, initializeText(source));
  call("initialize", seed);
  const states = source.patch.main.states.map((_, index) => {
    const at = (source.plan.mainStates + index * 16) / 4;
    return source.patch.main.states[index].type === "f32"
      ? [...floats.subarray(at, at + 4)]
      : [...words.subarray(at, at + 4)];
  });
  return { words, floats, states };
}

Deno.test("every parameter stands at its default, at rest, with the length of its ramps", () => {
  const { words, floats } = initialized(1);
  const field = (name: Exclude<keyof typeof parameterRecord, "bytes">) =>
    (source.plan.parameters + parameterRecord[name]) / 4;
  assert.deepEqual([floats[field("current")], floats[field("target")]], [0.75, 0.75]);
  assert.deepEqual([words[field("remaining")], words[field("ramp")]], [0, 960]);
});

Deno.test("states begin alike in all lanes; seeded ones differ by lane and by seed, and come again", () => {
  const seededAt = source.patch.main.states.findIndex(({ seeded }) => seeded);
  const [first, again, other] = [1, 1, 2].map((seed) => initialized(seed).states);
  const plain = first.filter((_, index) => index !== seededAt);
  assert.deepEqual(plain.map(([lane]) => lane).toSorted(), [-7, 1.5]);
  assert.ok(plain.every((lanes) => new Set(lanes).size === 1));
  assert.equal(new Set(first[seededAt]).size, 4);
  assert.deepEqual(again, first);
  assert.ok(first[seededAt].every((number) => number !== 0 && !other[seededAt].includes(number)));
});
