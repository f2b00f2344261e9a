import assert from "node:assert/strict";
import { planArena } from "../../../compiler/plan/arena.ts";
import { stateRegions } from "../../../compiler/plan/state_regions.ts";
import type { PatchGraph } from "../../../compiler/graph/graph.ts";
import { keys } from "../../../patches/ready/keys.ts";
import { testFormat } from "../../../testing/patch_player.ts";

const graph = keys.build(testFormat);
const regionsOf = (graph: PatchGraph) => stateRegions(graph, planArena(graph, testFormat));
/** Names of regions whose shape is another one. */
const changedBy = (change: Partial<PatchGraph>) => {
  const before = new Map(regionsOf(graph).map(({ name, shape }) => [name, shape]));
  return regionsOf({ ...graph, ...change }).filter(({ name, shape }) => before.get(name) !== shape)
    .map(({ name }) => name);
};

Deno.test("regions lie apart from each other in the patch's own state", () => {
  const { input, parameters } = planArena(graph, testFormat);
  const sorted = regionsOf(graph).toSorted((one, other) => one.offset - other.offset);
  sorted.forEach(({ name, offset, bytes }, index) => {
    assert.ok(bytes > 0 && offset + bytes <= (sorted[index + 1]?.offset ?? input), name);
  });
  assert.ok(sorted.some(({ offset }) => offset === parameters));
});

Deno.test("another range makes a parameter another one, another default does not", () => {
  const [first, ...rest] = graph.parameters;
  assert.deepEqual(changedBy({ parameters: [{ ...first, max: first.max / 2 }, ...rest] }), [
    `parameter ${first.address}`,
  ]);
  assert.deepEqual(changedBy({ parameters: [{ ...first, default: first.max }, ...rest] }), []);
});

Deno.test("voices are others when there are more of them or their states change, not when their sound does", () => {
  const [one] = graph.instruments;
  const ofVoices = ["keys: pedal and keys", "keys: voices"];
  const more = { ...one, polyphony: { ...one.polyphony, voices: one.polyphony.voices + 1 } };
  assert.deepEqual(changedBy({ instruments: [more] }), ofVoices);
  const [state, ...states] = one.voice.states;
  const seeded = { ...state, type: "i32", seeded: true } as const;
  assert.deepEqual(
    changedBy({ instruments: [{ ...one, voice: { ...one.voice, states: [seeded, ...states] } }] }),
    ofVoices,
  );
  const nodes = one.voice.nodes.map((node) =>
    node.op === "add" ? { ...node, op: "subtract" as const } : node
  );
  assert.deepEqual(changedBy({ instruments: [{ ...one, voice: { ...one.voice, nodes } }] }), []);
});
