import type { Graph, GraphNode } from "../graph/graph.ts";
import { keyOf, type OperationName, operations } from "../graph/operations.ts";
import { simplify } from "../graph/simplify.ts";

/**
 * A graph with some nodes known, and everything that follows from them folded. Nodes that are no longer needed stay, unused.
 *
 * @param assumed value of a node that is known
 */
export function rewriteGraph(graph: Graph, assumed: (node: GraphNode) => number | undefined): Graph {
  const { nodes, placeOf } = rewrite(graph.nodes, assumed);
  return {
    ...graph,
    nodes,
    states: graph.states.map((state) => ({ ...state, next: placeOf[state.next] })),
    lines: graph.lines.map((line) => ({ ...line, write: placeOf[line.write] })),
    outputs: graph.outputs.map((output) => placeOf[output]),
  };
}

function rewrite(
  original: readonly GraphNode[],
  assumed: (node: GraphNode) => number | undefined,
): { nodes: GraphNode[]; placeOf: number[] } {
  const nodes: GraphNode[] = [];
  const placeOf: number[] = [];
  const constants = new Map<string, number>();
  const constantPlace = (node: GraphNode, value: number) => {
    const key = `${node.type} ${keyOf(value)}`;
    const known = constants.get(key);
    if (known !== undefined) return known;
    const place = nodes.push({ ...node, op: "constant", args: [], attribute: value }) - 1;
    constants.set(key, place);
    return place;
  };
  for (const node of original) {
    const value = assumed(node);
    if (value !== undefined || node.op === "constant") {
      placeOf.push(constantPlace(node, value ?? node.attribute));
      continue;
    }
    const args = node.args.map((arg) => placeOf[arg]);
    const known = args.map((arg) => nodes[arg].op === "constant" ? nodes[arg].attribute : undefined);
    const op = node.op as OperationName;
    if (op in operations && known.every((one) => one !== undefined)) {
      placeOf.push(constantPlace(node, operations[op].evaluate(known as number[], node.attribute)));
      continue;
    }
    const simple = op in operations ? simplify(op, known) : undefined;
    placeOf.push(
      simple === undefined
        ? nodes.push({ ...node, args }) - 1
        : "constant" in simple
        ? constantPlace(node, simple.constant)
        : args[simple.argument],
    );
  }
  return { nodes, placeOf };
}
