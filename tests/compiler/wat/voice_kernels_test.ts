import assert from "node:assert/strict";
import fc from "fast-check";
import { voiceKernels } from "../../../compiler/wat/voice_kernels.ts";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { unity } from "../../../modules/signal/unity.ts";
import { integerFeedback } from "../../../modules/signal/feedback.ts";
import { compareWithInterpreter } from "../../../testing/compiler/comparison.ts";
import { scores } from "../../../testing/compiler/random_patch.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";

const patchWith = (smoothingSeconds: number, operations: number) =>
  definePatch({
    name: "kernels",
    instruments: {
      one: instrument({
        parameters: { level: { ...unity, default: 1, smoothingSeconds, why: "moves" } },
        voice: ({ gate, trigger, velocity }, { level }) => ({
          output: Array.from({ length: operations }).reduce<typeof velocity>(
            (x) => x.times(x).plus(0.1),
            velocity.times(level),
          ),
          envelope: adsr({ gate, trigger }),
        }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
const functionsOf = (...args: Parameters<typeof patchWith>) =>
  voiceKernels(textSourceOf(patchWith(...args)), 0).map((text) => /^\(func \$(\w+)/.exec(text)![1]);

Deno.test("a voice has a function for its beginning, for its rest, for two groups, and for moving parameters", () => {
  assert.deepEqual(functionsOf(0.02, 1), ["one_resting", "one_steady", "one_twin", "one_moving"]);
  assert.deepEqual(functionsOf(0, 1), ["one_resting", "one_steady", "one_twin"]);
});

Deno.test("a voice of very many operations is not rendered two groups at a time", () => {
  assert.deepEqual(functionsOf(0, 400), ["one_resting", "one_steady"]);
});

Deno.test("past the attack a voice computes less, and two groups share what is the same in both", () => {
  const [resting, steady, twin] = voiceKernels(textSourceOf(patchWith(0, 4)), 0);
  const count = (text: string) => [...text.matchAll(/\((f32x4|v128)\.\w+/g)].length;
  assert.ok(count(steady) < count(resting));
  assert.ok(count(twin) > count(steady) && count(twin) < 2 * count(steady));
});

Deno.test("a voice that says it is done ends, held or not, in every mode as the interpreter has it", () => {
  const patch = (polyphony: object) =>
    definePatch({
      name: "done",
      instruments: {
        one: instrument({
          ...polyphony,
          voice: ({ gate, trigger, velocity, number }) => {
            const frame = integerFeedback(0, (before) => trigger.selectInteger(0, before.plus(1)));
            const done = frame.isBelow(number.as("1").times(8).toInteger()).not();
            return { output: velocity.where(done.not()), envelope: adsr({ gate, trigger }), done };
          },
        }),
      },
      output: ({ one }) => one,
    });
  const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 64 };
  for (const polyphony of [{ voices: 3 }, { voices: 9, unison: 2 }, { mode: "mono" }, { mode: "legato" }]) {
    const graph = patch(polyphony).build(format);
    fc.assert(
      fc.property(scores, (steps) => {
        const score = steps.filter(({ event }) => event.do !== "set");
        const found = compareWithInterpreter(graph, format, { score, blockFrames: 1, seed: 1 });
        assert.equal(found, undefined);
      }),
      { numRuns: 6 },
    );
  }
});
