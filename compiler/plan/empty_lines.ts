/**
 * A voice whose delay lines are empty when a note begins, though nobody clears them. A line of a second for four voices is a
 * megabyte, and to clear it takes up to half a millisecond, in the block in which a chord begins. So a voice counts the frames
 * that it has written, and what lies further back is read as zero: to the bit as if the lines had been cleared.
 */
import type { Graph, GraphNode } from "../graph/graph.ts";

/** The graph of a voice that reads zero where it has not written since its note began; the graph itself if it has no lines. */
export function withEmptyLines(graph: Graph): Graph {
  const { lines, states } = graph;
  if (lines.length === 0) return graph;
  const use = graph.nodes.find(({ op }) => op === "read")?.use ?? 0;
  const nodes: GraphNode[] = [];
  const add = (node: Omit<GraphNode, "use">) => nodes.push({ use, ...node }) - 1;
  // one more than the frames written: what was written `ago` frames before is there where `ago` is below
  const written = add({ op: "state", type: "i32", args: [], attribute: states.length });
  const placeOf: number[] = [];
  for (const node of graph.nodes) {
    const place = nodes.push({ ...node, args: node.args.map((arg) => placeOf[arg]) }) - 1;
    placeOf.push(place);
    if (node.op !== "read") continue;
    const [ago] = nodes[place].args;
    const isThere = add({ op: "lessInteger", type: "mask", args: [ago, written], attribute: 0 });
    placeOf[placeOf.length - 1] = add({ op: "keep", type: "f32", args: [place, isThere], attribute: 0 });
  }
  // the count stands still when the longest line is full
  const full = 1 + Math.max(...lines.map(({ frames }) => frames));
  const constant = (value: number) => add({ op: "constant", type: "i32", args: [], attribute: value });
  const counts = add({ op: "lessInteger", type: "mask", args: [written, constant(full)], attribute: 0 });
  const more = add({ op: "addInteger", type: "i32", args: [written, constant(1)], attribute: 0 });
  const next = add({ op: "selectInteger", type: "i32", args: [counts, more, written], attribute: 0 });
  return {
    ...graph,
    nodes,
    states: [
      ...states.map((state) => ({ ...state, next: placeOf[state.next] })),
      { type: "i32", initial: 1, seeded: false, next },
    ],
    lines: lines.map((line) => ({ ...line, write: placeOf[line.write] })),
    outputs: graph.outputs.map((output) => placeOf[output]),
  };
}
