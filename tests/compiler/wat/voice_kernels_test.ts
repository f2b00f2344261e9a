import assert from "node:assert/strict";
import { voiceKernels } from "../../../compiler/wat/voice_kernels.ts";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { unity } from "../../../modules/signal/unity.ts";
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
