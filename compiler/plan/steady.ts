/**
 * The graph of a voice past its attack. A note's trigger is true in one frame only, and its consequences (the attack of an
 * envelope) end after some milliseconds; for the rest of its life a voice computes choices that are already decided. This
 * file finds the conditions that stay false as long as no note begins, and leaves out everything that follows from them. The
 * fused function of the steady voice does the same arithmetic on the rest, so it gives the same bits.
 */
import { type Graph, type GraphNode, noteFields } from "../graph/graph.ts";
import { rewriteGraph } from "./rewrite.ts";

/** A graph in which the trigger and some conditions are false. */
export interface SteadyGraph {
  readonly graph: Graph;
  /** States that must be false in all lanes before a call, and are false after it. */
  readonly falseStates: readonly number[];
}

const isTrigger = ({ op, attribute }: GraphNode) => op === "note" && noteFields[attribute] === "trigger";

/** Whether the graph reads the beginning of a note. */
export function hearsTrigger({ nodes }: Graph): boolean {
  return nodes.some(isTrigger);
}

/** The graph of a voice past its attack; the graph itself if it does not read the beginning of a note. */
export function steadyGraph(graph: Graph): SteadyGraph {
  let steady = steadyGraphs.get(graph);
  if (!steady) steadyGraphs.set(graph, steady = withoutTrigger(graph));
  return steady;
}

/** Computed once for each graph. */
const steadyGraphs = new WeakMap<Graph, SteadyGraph>();

function withoutTrigger(graph: Graph): SteadyGraph {
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
