/**
 * The graph of a voice to which nothing new happens. A note's trigger is true in one frame only, and what hangs on it (the
 * attack of an envelope) is over after some milliseconds; for the rest of its life a voice runs through choices that are
 * all decided. So the conditions that stay false once they are false, as long as no note begins, are found here, and
 * everything that follows from them is left out. The fused function for the quiet voice does the same arithmetic on what is
 * left, so it gives the same bits.
 */
import { type Graph, type GraphNode, noteFields } from "../graph/graph.ts";
import { rewriteGraph } from "./rewrite.ts";

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
    const rewritten = rewriteGraph(graph, assumed);
    const stay = [...candidates].filter((index) => {
      const next = rewritten.nodes[rewritten.states[index].next];
      return next.op === "constant" && next.attribute === 0;
    });
    if (stay.length === candidates.size) return { graph: rewritten, falseStates: stay };
    candidates = new Set(stay);
  }
}
