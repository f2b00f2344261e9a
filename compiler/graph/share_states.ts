import type { Graph, GraphNode } from "./graph.ts";
import { keyOf } from "./operations.ts";

/**
 * Merges states that are always equal, because they begin alike and continue alike; delay lines with the same input; and all
 * nodes computed from them. Two oscillators of one pitch need one phase; no bit changes.
 *
 * The algorithm first assumes that all states with the same initial value are equal. It splits those that continue
 * differently, and repeats until nothing splits any more (Moore's minimisation of an automaton). Seeded states always differ.
 */
export function shareStates(graph: Graph): Graph {
  let stateKind = kindsOf(
    graph.states.map(({ type, initial, seeded }, index) =>
      seeded ? `seeded ${index}` : `${type} ${keyOf(initial)}`
    ),
  );
  let lineKind = kindsOf(graph.lines.map(({ frames, name = "" }) => `${frames} ${name}`));
  while (true) {
    const nodeKind = nodeKinds(graph, stateKind, lineKind);
    const states = kindsOf(graph.states.map(({ next }, index) => `${stateKind[index]} ${nodeKind[next]}`));
    const lines = kindsOf(graph.lines.map(({ write }, index) => `${lineKind[index]} ${nodeKind[write]}`));
    const differ = [nodeKind, states, lines].every((kinds) => countOf(kinds) === kinds.length);
    if (differ) return graph;
    if (countOf(states) === countOf(stateKind) && countOf(lines) === countOf(lineKind)) {
      return rebuild(graph, { nodeKind, stateKind, lineKind });
    }
    [stateKind, lineKind] = [states, lines];
  }
}

/** Numbers the distinct keys in the order of their first appearance, and gives the number of each key. */
function kindsOf(keys: readonly string[]): number[] {
  const kinds = new Map<string, number>();
  return keys.map((key) => {
    if (!kinds.has(key)) kinds.set(key, kinds.size);
    return kinds.get(key)!;
  });
}

function countOf(kinds: readonly number[]): number {
  return new Set(kinds).size;
}

function attributeOf(
  { op, attribute }: GraphNode,
  stateKind: readonly number[],
  lineKind: readonly number[],
): number {
  return op === "state" ? stateKind[attribute] : op === "read" ? lineKind[attribute] : attribute;
}

function nodeKinds({ nodes }: Graph, stateKind: readonly number[], lineKind: readonly number[]): number[] {
  const kinds: number[] = [];
  const known = new Map<string, number>();
  for (const node of nodes) {
    let key = `${node.op} ${node.type} ${keyOf(attributeOf(node, stateKind, lineKind))}`;
    for (const arg of node.args) key += ` ${kinds[arg]}`;
    let kind = known.get(key);
    if (kind === undefined) known.set(key, kind = known.size);
    kinds.push(kind);
  }
  return kinds;
}

/** Keeps the first of each kind. Kinds are numbered by first appearance, so a kind is also the new index. */
function rebuild(
  graph: Graph,
  { nodeKind, stateKind, lineKind }: Readonly<
    Record<"nodeKind" | "stateKind" | "lineKind", readonly number[]>
  >,
): Graph {
  const [nodes, states, lines] = [nodeKind, stateKind, lineKind].map(firstOfEach);
  return {
    ...graph,
    nodes: nodes.map((index) => {
      const node = graph.nodes[index];
      const { op, type, use } = node;
      const args = node.args.map((arg) => nodeKind[arg]);
      return { op, type, args, attribute: attributeOf(node, stateKind, lineKind), use };
    }),
    states: states.map((index) => graph.states[index]).map((state) => ({
      ...state,
      next: nodeKind[state.next],
    })),
    lines: lines.map((index) => graph.lines[index]).map((line) => ({ ...line, write: nodeKind[line.write] })),
    outputs: graph.outputs.map((output) => nodeKind[output]),
  };
}

/** Places of the first of each kind, in order. */
function firstOfEach(kinds: readonly number[]): number[] {
  const places: number[] = [];
  kinds.forEach((kind, index) => {
    if (kind === places.length) places.push(index);
  });
  return places;
}
