import assert from "node:assert/strict";
import { patches } from "../../../patches/ready/catalogue.ts";
import type { Graph } from "../../../compiler/graph/graph.ts";
import { steadyGraph } from "../../../compiler/plan/steady.ts";
import { scheduleGraph } from "../../../compiler/plan/schedule.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { conditionFeedback } from "../../../modules/signal/feedback.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { testFormat } from "../../../testing/patch_player.ts";

/** Nodes that run in every frame. */
function perFrame(graph: Graph): number {
  const { rateOf, usersOf } = scheduleGraph(graph, [], false);
  return graph.nodes.filter((_, index) => rateOf[index] === "sample" && usersOf[index] > 0).length;
}

function voiceOf(voice: Parameters<typeof instrument>[0]["voice"]): Graph {
  return definePatch({
    name: "quiet",
    instruments: { one: instrument({ parameters: {}, voice }) },
    parameters: {},
    output: ({ one }) => one,
  }).build(testFormat).instruments[0].voice;
}

Deno.test("a voice past its attack runs through fewer nodes, and knows by which states to tell", () => {
  for (const name of ["sines", "keys"]) {
    const { voice } = patches[name].build({ ...testFormat, sampleRateHz: 48_000 }).instruments[0];
    const quiet = steadyGraph(voice);
    assert.equal(quiet.falseStates.length, 1, name);
    assert.ok(perFrame({ ...quiet.graph }) < perFrame(voice), name);
    assert.equal(quiet.graph.states.length, voice.states.length);
  }
});

Deno.test("a condition that can come true by itself is not taken for false", () => {
  const graph = voiceOf(({ gate, trigger, number }) => {
    const released = conditionFeedback(false, (previous) => previous.or(gate.not()));
    const begun = conditionFeedback(false, (previous) => previous.or(trigger).and(number.isAbove(200)));
    return { output: released.or(begun).select(1, 0), envelope: constant(1) };
  });
  const { falseStates } = steadyGraph(graph);
  assert.equal(falseStates.length, 1);
  assert.equal(graph.states.length, 2);
});

Deno.test("conditions that keep each other false are found together", () => {
  const graph = voiceOf(({ trigger }) => {
    let other = conditionFeedback(false, (previous) => previous.and(trigger));
    const first = conditionFeedback(false, (previous) => {
      other = conditionFeedback(false, (inner) => previous.or(inner).or(trigger));
      return other.and(previous);
    });
    return { output: first.or(other).select(1, 0), envelope: constant(1) };
  });
  assert.equal(steadyGraph(graph).falseStates.length, graph.states.length);
});

Deno.test("a voice that does not ask for its trigger is its own steady version", () => {
  const graph = voiceOf(({ velocity }) => ({ output: velocity, envelope: constant(1) }));
  assert.equal(steadyGraph(graph).graph, graph);
});
