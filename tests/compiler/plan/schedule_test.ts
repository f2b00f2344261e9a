import assert from "node:assert/strict";
import fc from "fast-check";
import type { ParameterDeclaration } from "../../../compiler/graph/compiled_patch.ts";
import { ramping, rates, scheduleGraph, uniformNodes } from "../../../compiler/plan/schedule.ts";
import { patchOf, recipes } from "../../../testing/compiler/random_patch.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { testFormat } from "../../../testing/patch_player.ts";

Deno.test("a node is never slower than its arguments, and resting parameters make nothing faster", () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const { instruments, main, parameters } = patchOf(recipe).build(testFormat);
      for (const graph of [...instruments.map(({ voice }) => voice), main]) {
        const [resting, moving] = [false, true].map((moving) => scheduleGraph(graph, parameters, moving));
        const order = ({ rateOf }: typeof resting, index: number) => rates.indexOf(rateOf[index]);
        graph.nodes.forEach(({ args }, index) => {
          for (const arg of args) assert.ok(order(resting, index) >= order(resting, arg));
          assert.ok(order(resting, index) <= order(moving, index));
        });
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("only parameters that a graph uses and that have a ramp are followed", () => {
  const { instruments: [{ voice }], parameters } = patches.keys.build(testFormat);
  const found = ramping(voice, parameters);
  assert.ok(found.length > 0);
  const sudden = parameters.map((one): ParameterDeclaration => ({ ...one, smoothingSeconds: 0 }));
  assert.deepEqual(ramping(voice, sudden), []);
  const used = new Set(voice.nodes.filter(({ op }) => op === "parameter").map(({ attribute }) => attribute));
  assert.ok(found.every((index) => used.has(index) && parameters[index].smoothingSeconds > 0));
});

Deno.test("lanes differ by note and input; channels of the output that begin alike stay alike, voices do not", () => {
  const { instruments: [{ voice }], main } = patches.keys.build(testFormat);
  const isUniform = uniformNodes(voice, "voice");
  voice.nodes.forEach(({ op }, index) => {
    if (op === "note" || op === "state") assert.equal(isUniform[index], false);
    if (op === "parameter" || op === "constant") assert.equal(isUniform[index], true);
  });
  const ofMain = uniformNodes(main, "main");
  main.nodes.forEach(({ op }, index) => {
    if (op === "bus") assert.equal(ofMain[index], false);
    if (op === "lane") assert.equal(ofMain[index], true);
  });
});
