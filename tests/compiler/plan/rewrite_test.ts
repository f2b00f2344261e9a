import assert from "node:assert/strict";
import type { Graph, GraphNode } from "../../../compiler/graph/graph.ts";
import { rewriteGraph } from "../../../compiler/plan/rewrite.ts";

const node = (op: GraphNode["op"], args: readonly number[] = [], attribute = 0): GraphNode => ({
  ...{ op, type: "f32", args, attribute, use: 0 },
});

/** (first parameter + 1) * second parameter, kept in a state; a line takes in the sum. */
const graph: Graph = {
  uses: [{ name: "patch", location: "" }],
  nodes: [
    node("parameter", [], 0),
    node("constant", [], 1),
    node("add", [0, 1]),
    node("parameter", [], 1),
    node("multiply", [2, 3]),
  ],
  states: [{ type: "f32", initial: 0, seeded: false, next: 4 }],
  lines: [{ frames: 1, write: 2 }],
  tables: [],
  outputs: [4],
};
const knowing = (values: readonly (number | undefined)[]) =>
  rewriteGraph(graph, ({ op, attribute }) => op === "parameter" ? values[attribute] : undefined);
const outputOf = ({ nodes, outputs: [output] }: Graph) => nodes[output];

Deno.test("what follows from known nodes is a constant, rounded as the lanes round", () => {
  const { op, attribute } = outputOf(knowing([0.1, 3]));
  assert.equal(op, "constant");
  assert.equal(attribute, Math.fround(Math.fround(0.1 + 1) * 3));
});

Deno.test("outputs, states and lines follow their nodes to the new places", () => {
  const rewritten = knowing([2, undefined]);
  assert.equal(outputOf(rewritten).op, "multiply");
  assert.equal(rewritten.states[0].next, rewritten.outputs[0]);
  const { op, attribute } = rewritten.nodes[rewritten.lines[0].write];
  assert.deepEqual([op, attribute], ["constant", 3]);
});

Deno.test("a factor of 1 leaves the other factor alone, and equal constants are one", () => {
  assert.equal(outputOf(knowing([undefined, 1])).op, "add");
  const { nodes } = knowing([1, undefined]);
  assert.equal(nodes.filter(({ op, attribute }) => op === "constant" && attribute === 1).length, 1);
});

Deno.test("without knowledge a graph stays as it is", () => {
  assert.deepEqual(knowing([]), graph);
});
