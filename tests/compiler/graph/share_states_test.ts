/** What is the same is computed once, and what stands still is not computed in every frame. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { stateVariable } from "../../../modules/filters/state_variable.ts";
import { noise } from "../../../modules/oscillators/noise.ts";
import { saw } from "../../../modules/oscillators/saw.ts";
import { sine } from "../../../modules/oscillators/sine.ts";
import { definePatch, instrument, type Note } from "../../../modules/patch.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import type { Graph, PatchGraph } from "../../../compiler/graph/graph.ts";
import { exp2, tanh } from "../../../modules/signal/math.ts";
import { scheduleGraph } from "../../../compiler/plan/schedule.ts";
import { shareStates } from "../../../compiler/graph/share_states.ts";
import { DelayLine } from "../../../modules/signal/delay_line.ts";
import { feedback, feedbackOf } from "../../../modules/signal/feedback.ts";
import { constant, type Signal } from "../../../modules/signal/signal.ts";
import { delay } from "../../../modules/time/delay.ts";
import { faderDb, gain } from "../../../modules/utility/gain.ts";
import { PatchPlayer, sameBits, testFormat } from "../../../testing/patch_player.ts";
import { playStep } from "../../../testing/compiler/comparison.ts";
import { patchOf, recipes, scores } from "../../../testing/compiler/random_patch.ts";

type S = Signal<"1">;
const parameters = { gainDb: faderDb, sudden: { ...faderDb, smoothingSeconds: 0 } };

/** A patch with one voice. */
function patchWith(
  voice: (note: Note, p: Record<keyof typeof parameters, Signal<"dB">>) => S,
): PatchGraph {
  return definePatch({
    name: "shared",
    instruments: {
      one: instrument({
        parameters,
        voice: (note, p) => ({ output: voice(note, p), envelope: constant(1) }),
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  }).build(testFormat);
}

const voiceOf = (...args: Parameters<typeof patchWith>) => patchWith(...args).instruments[0].voice;

/** Nodes of an operation. */
const count = ({ nodes }: Graph, op: string) => nodes.filter((node) => node.op === op).length;

Deno.test("the same expression twice is one", () => {
  const once = voiceOf(({ velocity }) => tanh(velocity.times(3)));
  const twice = voiceOf(({ velocity }) => tanh(velocity.times(3)).plus(tanh(velocity.times(3))));
  assert.equal(twice.nodes.length, once.nodes.length + 1);
});

Deno.test("two modules that compute the same are one: gains, oscillators, filters, echoes", () => {
  const kinds: readonly ((note: Note, p: Record<keyof typeof parameters, Signal<"dB">>) => S)[] = [
    ({ velocity }, p) => gain({ input: velocity, gainDb: p.gainDb }),
    ({ frequencyHz }) => sine({ frequencyHz }),
    ({ frequencyHz }) => saw({ frequencyHz }),
    ({ frequencyHz }) => stateVariable({ input: saw({ frequencyHz }), cutoffHz: 500 }).low,
    ({ gate, trigger }) => adsr({ gate, trigger }),
    ({ frequencyHz }) => delay({ input: saw({ frequencyHz }), maximumSeconds: 0.1, timeSeconds: 0.05 }),
  ];
  for (const kind of kinds) {
    const once = voiceOf(kind);
    const twice = voiceOf((note, p) => kind(note, p).atMost(kind(note, p)));
    assert.equal(twice.nodes.length, once.nodes.length + 1);
    assert.equal(twice.states.length, once.states.length);
    assert.equal(twice.lines.length, once.lines.length);
  }
});

Deno.test("what differs stays apart: pitch, beginning, length of a line, chance, and the sign of zero", () => {
  const states = (voice: Parameters<typeof patchWith>[0]) => voiceOf(voice).states.length;
  assert.equal(
    states(({ frequencyHz }) => sine({ frequencyHz }).plus(sine({ frequencyHz: frequencyHz.times(2) }))),
    2,
  );
  const hold = (initial: number) => feedback(initial, (previous) => previous.times(0.5));
  assert.equal(states(() => hold(1).plus(hold(1)).plus(hold(2))), 2);
  assert.equal(states(() => hold(0).plus(hold(-0))), 2);
  assert.equal(states(() => noise({}).plus(noise({}))), 2);
  const line = (frames: number) => {
    const one = new DelayLine(frames);
    const heard = one.read(1);
    one.write(heard.plus(1));
    return heard;
  };
  assert.equal(voiceOf(() => line(10).plus(line(10)).plus(line(11))).lines.length, 2);
  assert.equal(
    count(voiceOf(({ velocity }) => velocity.plus(0).plus(velocity.plus(-0))), "constant") >= 2,
    true,
  );
});

Deno.test("states that feed each other across are one only if their partners are", () => {
  // each goes on from the other one of its pair
  const pair = (step: number) =>
    feedbackOf<"a" | "b">({ a: 0, b: 0 }, ({ a, b }) => ({ a: b.plus(1), b: a.times(step) })).a;
  assert.equal(voiceOf(() => pair(0.5).plus(pair(0.5))).states.length, 2);
  assert.equal(voiceOf(() => pair(0.5).plus(pair(0.25))).states.length, 4);
});

/** A graph beside a copy of itself: the left side comes from one, the right from the other. */
function doubled(graph: Graph): Graph {
  const [nodes, states, lines] = [graph.nodes.length, graph.states.length, graph.lines.length];
  return {
    ...graph,
    nodes: [
      ...graph.nodes,
      ...graph.nodes.map((node) => ({
        ...node,
        args: node.args.map((arg) => arg + nodes),
        attribute: node.op === "state"
          ? node.attribute + states
          : node.op === "read"
          ? node.attribute + lines
          : node.attribute,
      })),
    ],
    states: [...graph.states, ...graph.states.map((state) => ({ ...state, next: state.next + nodes }))],
    lines: [...graph.lines, ...graph.lines.map((line) => ({ ...line, write: line.write + nodes }))],
    outputs: [graph.outputs[0], graph.outputs[1] + nodes, graph.outputs[2]],
  };
}

Deno.test("sharing finds every copy, and changes no bit of what any patch plays", () => {
  fc.assert(
    fc.property(recipes, scores, (recipe, score) => {
      const patch = patchOf(recipe).build(testFormat);
      const { voice } = patch.instruments[0];
      const twice = doubled(voice);
      const shared = shareStates(twice);
      const chance = voice.states.filter(({ seeded }) => seeded).length;
      if (chance === 0) {
        assert.deepEqual(shared.states, voice.states);
        assert.deepEqual(shared.nodes, voice.nodes);
      }
      const [plain, merged] = [twice, shared].map((graph) => {
        const whole = { ...patch, instruments: [{ ...patch.instruments[0], voice: graph }] };
        return new PatchPlayer(compileGraph(whole, testFormat));
      });
      for (const step of score) assert.ok(sameBits(playStep(plain, step), playStep(merged, step)));
    }),
    { numRuns: 25 },
  );
});

Deno.test("constants are folded: what is known when the patch is built costs nothing", () => {
  const graph = voiceOf(({ velocity }) =>
    velocity.times(exp2(constant(3)).plus(tanh(constant(0.25)).times(4)))
  );
  assert.deepEqual(graph.nodes.map(({ op }) => op).sort(), ["constant", "constant", "multiply", "note"]);
});

/** Operations that run in every frame. */
function inLoop(patch: PatchGraph, moving: boolean): number {
  const { voice } = patch.instruments[0];
  const { rateOf, usersOf } = scheduleGraph(voice, patch.parameters, moving);
  return voice.nodes.filter((_, index) => rateOf[index] === "sample" && usersOf[index] > 0).length;
}

Deno.test("rates are inferred: what depends on notes and resting parameters alone stays out of the loop", () => {
  const still = patchWith(({ velocity, frequencyHz }, p) =>
    gain({ input: tanh(velocity.times(exp2(frequencyHz.ratio(100)))), gainDb: p.gainDb })
  );
  assert.equal(inLoop(still, false), 0);
  // while a parameter moves, what depends on it is followed frame by frame, and nothing else
  const power = patchWith(({ velocity }, p) => gain({ input: velocity, gainDb: p.gainDb }));
  const sudden = patchWith(({ velocity }, p) => gain({ input: velocity, gainDb: p.sudden }));
  assert.ok(inLoop(still, true) > 10);
  assert.equal(inLoop(still, true), inLoop(power, true));
  assert.equal(inLoop(sudden, true), 0);
});

Deno.test("the voice's filter costs its recursion only: its tangent is computed once between commands", () => {
  const resting = patchWith(({ frequencyHz }) =>
    stateVariable({ input: feedback(1, (x) => x), cutoffHz: frequencyHz, q: 2 }).low
  );
  const { voice } = resting.instruments[0];
  const { rateOf, usersOf } = scheduleGraph(voice, resting.parameters, false);
  const used = (rate: string, op: string) =>
    voice.nodes.filter((node, index) => node.op === op && rateOf[index] === rate && usersOf[index] > 0)
      .length;
  assert.equal(used("sample", "divide"), 0);
  assert.ok(used("block", "divide") > 0);
});
