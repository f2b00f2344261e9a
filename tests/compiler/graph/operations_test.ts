import assert from "node:assert/strict";
import fc from "fast-check";
import { definePatch } from "../../../modules/patch.ts";
import { type OperationName, operations } from "../../../compiler/graph/operations.ts";
import { Signal } from "../../../modules/signal/signal.ts";
import { makeNode } from "../../../modules/signal/source.ts";
import { PatchPlayer } from "../../../testing/patch_player.ts";

/** Operations from floats to a float: what goes in and out can be played. */
const floatOperations = (Object.keys(operations) as OperationName[]).filter((name) => {
  const { args, result } = operations[name];
  return result === "f32" && args.every((type) => type === "f32");
});

/** Every float that is a number, zeros of both signs and denormal ones among them. */
const floats = fc.oneof(
  fc.constantFrom(0, -0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 2 ** -149, -(2 ** -149)),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);

for (const name of floatOperations) {
  Deno.test(`${name}: what the table says of one lane is what WebAssembly does, to the sign of zero`, async () => {
    const { args } = operations[name];
    const player = await PatchPlayer.of(
      definePatch({
        name: "one",
        channels: 4,
        instruments: {},
        parameters: {},
        output: (_buses, _parameters, input) => {
          const sources = args.map((_, lane) =>
            makeNode({ op: "lane", type: "f32", args: [input.source], attribute: lane })
          );
          return new Signal(makeNode({ op: name, type: "f32", args: sources }));
        },
      }),
      { channels: 4, inputChannels: 4 },
    );
    fc.assert(
      fc.property(fc.tuple(floats, floats, floats), (values) => {
        player.feed(...values, 0);
        const [found] = player.play(1);
        const expected = operations[name].evaluate(values.slice(0, args.length), 0);
        if (Number.isNaN(expected)) return assert.ok(Number.isNaN(found));
        assert.ok(Object.is(found, expected), `${name}(${values}): expected ${expected}, found ${found}`);
      }),
      { numRuns: 400 },
    );
  });
}
