/**
 * The graph of a voice to which nothing new happens. A note's trigger is true in one frame only, and what hangs on it (the
 * attack of an envelope) is over after some milliseconds; for the rest of its life a voice runs through choices that are
 * all decided. So the conditions that stay false once they are false, as long as no note begins, are found here, and
 * everything that follows from them is left out. The fused function for the quiet voice does the same arithmetic on what is
 * left, so it gives the same bits.
 */
import { type Graph, type GraphNode, noteFields } from "./graph.ts";
import { type OperationName, operations } from "./operations.ts";
import { simplify } from "./simplify.ts";

/** A graph under the assumption that its trigger and some of its conditions are false. */
export interface QuietGraph {
  readonly graph: Graph;
  /** States that have to be false in all lanes before, and are after. */
  readonly falseStates: readonly number[];
}

const isTrigger = ({ op, attribute }: GraphNode) => op === "note" && noteFields[attribute] === "trigger";

/** Whether a note's beginning makes a difference. */
export function hearsTrigger({ nodes }: Graph): boolean {
  return nodes.some(isTrigger);
}

/** The graph of a voice that goes on; the graph itself where a note's beginning makes no difference. */
export function steadyGraph(graph: Graph): QuietGraph {
  let steady = steadyGraphs.get(graph);
  if (!steady) steadyGraphs.set(graph, steady = withoutTrigger(graph));
  return steady;
}

/** Found once for each graph. */
const steadyGraphs = new WeakMap<Graph, QuietGraph>();

function withoutTrigger(graph: Graph): QuietGraph {
  if (!hearsTrigger(graph)) return { graph, falseStates: [] };
  let candidates = new Set(graph.states.flatMap(({ type }, index) => type === "mask" ? [index] : []));
  while (true) {
    const assumed = (node: GraphNode) =>
      isTrigger(node) || (node.op === "state" && candidates.has(node.attribute)) ? 0 : undefined;
    const { nodes, placeOf } = rewrite(graph.nodes, assumed);
    const stay = [...candidates].filter((index) => {
      const next = nodes[placeOf[graph.states[index].next]];
      return next.op === "constant" && next.attribute === 0;
    });
    if (stay.length === candidates.size) {
      const states = graph.states.map((state) => ({ ...state, next: placeOf[state.next] }));
      const lines = graph.lines.map((line) => ({ ...line, write: placeOf[line.write] }));
      const outputs = graph.outputs.map((output) => placeOf[output]);
      return { graph: { ...graph, nodes, states, lines, outputs }, falseStates: stay };
    }
    candidates = new Set(stay);
  }
}

/** Rewrites nodes with some of them known, and folds what follows. Nodes that nothing needs any more stay unused. */
function rewrite(
  original: readonly GraphNode[],
  assumed: (node: GraphNode) => number | undefined,
): { nodes: GraphNode[]; placeOf: number[] } {
  const nodes: GraphNode[] = [];
  const placeOf: number[] = [];
  const constants = new Map<string, number>();
  const constantPlace = (node: GraphNode, value: number) => {
    const key = `${node.type} ${Object.is(value, -0) ? "-0" : value}`;
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
