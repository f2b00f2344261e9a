import assert from "node:assert/strict";
import fc from "fast-check";
import { sine } from "../../../modules/oscillators/sine.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { maxSpills } from "../../../compiler/plan/arena.ts";
import type { Graph } from "../../../compiler/graph/graph.ts";
import { cutIntoPasses, onePass, type Passes } from "../../../compiler/plan/passes.ts";
import { type Schedule, scheduleGraph } from "../../../compiler/plan/schedule.ts";
import { DelayLine } from "../../../modules/signal/delay_line.ts";
import { feedback } from "../../../modules/signal/feedback.ts";
import { constant, type Signal } from "../../../modules/signal/signal.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { testFormat } from "../../../testing/patch_player.ts";
import { patchOf, recipes } from "../../../testing/compiler/random_patch.ts";

/** What is wrong with the passes of a graph. */
function faults(graph: Graph, { rateOf, usersOf }: Schedule, passes: Passes): string[] {
  const { nodes, states, outputs } = graph;
  const runs = (index: number) => rateOf[index] === "sample" && usersOf[index] > 0;
  const found: string[] = [];
  const taken = passes.taken.map((nodes) => new Set(nodes));
  const check = (index: number, pass: number, user: string) => {
    if (!runs(index) || passes.ofNode[index] === pass) return;
    if (passes.ofNode[index] > pass) found.push(`${user} comes before ${index}`);
    if (!passes.placeOf.has(index)) found.push(`${index} is not handed on to ${user}`);
    if (!taken[pass].has(index)) found.push(`${user} does not take ${index}`);
  };
  nodes.forEach(({ op, args, attribute }, index) => {
    if (!runs(index)) return;
    args.forEach((arg) => check(arg, passes.ofNode[index], `node ${index}`));
    if (op === "state" && passes.ofState[attribute] !== passes.ofNode[index]) {
      found.push(`state ${attribute} moves on in another pass than it is read in`);
    }
  });
  states.forEach(({ next }, index) => check(next, passes.ofState[index], `state ${index}`));
  outputs.forEach((output) => check(output, passes.count - 1, "output"));
  // a place holds one value until the last pass that takes it is over
  for (const [index, place] of passes.placeOf) {
    if (!(place >= 0 && place < maxSpills)) found.push(`${index} has the place ${place}`);
    const end = taken.findLastIndex((nodes) => nodes.has(index));
    for (const [other, otherPlace] of passes.placeOf) {
      const begins = passes.ofNode[other];
      if (other !== index && otherPlace === place && begins >= passes.ofNode[index] && begins < end) {
        found.push(`${other} takes the place of ${index}`);
      }
    }
  }
  return found;
}

function voiceOf(sound: (frequencyHz: Signal<"Hz">) => Signal<"1">): Graph {
  return definePatch({
    name: "passes",
    instruments: {
      one: instrument({
        parameters: {},
        voice: ({ frequencyHz }) => ({ output: sound(frequencyHz), envelope: constant(1) }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  }).build(testFormat).instruments[0].voice;
}

function passesOf(graph: Graph): Passes {
  const schedule = scheduleGraph(graph, [], false);
  const passes = cutIntoPasses(graph, schedule);
  assert.deepEqual(faults(graph, schedule, passes), []);
  return passes;
}

const stacked = (frequencyHz: Signal<"Hz">) =>
  [1, 2, 3].reduce<Signal<"1">>(
    (phaseTurns) => sine({ frequencyHz, phaseTurns }).times(0.2),
    sine({ frequencyHz }),
  );

Deno.test("every value is there when a pass needs it: random voices and those of the ready patches", () => {
  let cut = 0;
  fc.assert(
    fc.property(recipes, (recipe) => {
      for (const { voice } of patchOf(recipe).build(testFormat).instruments) {
        if (passesOf(voice).count > 1) cut++;
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(cut > 20, `expected some voices to be cut, found ${cut}`);
  for (const patch of Object.values(patches)) {
    patch.build(testFormat).instruments.forEach(({ voice }) => passesOf(voice));
  }
});

Deno.test("a long chain is cut, a short one and what feeds back into itself are not", () => {
  assert.ok(passesOf(voiceOf(stacked)).count > 2);
  assert.equal(passesOf(voiceOf((frequencyHz) => frequencyHz.ratio(1_000))).count, 1);
  const chain = (x: Signal<"1">) =>
    Array.from({ length: 40 }).reduce<Signal<"1">>((y) => y.times(0.9).plus(0.01), x);
  const { count, ofNode } = passesOf(voiceOf(() => feedback(0, chain)));
  assert.ok(count <= 2);
  assert.ok(new Set(ofNode).size <= 2);
});

Deno.test("a voice with a delay line stays whole", () => {
  const voice = voiceOf((frequencyHz) => {
    const line = new DelayLine(100);
    line.write(stacked(frequencyHz));
    return line.read(50);
  });
  assert.deepEqual(passesOf(voice), onePass(voice));
});
