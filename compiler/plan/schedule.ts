/**
 * When each node is computed: once for all, once between two commands, or for every frame. A node is as fast as its
 * fastest argument. Everything with state is computed in every frame, so cutting a block elsewhere changes no sample.
 */
import { type Graph, type GraphNode, noteFields } from "../graph/graph.ts";
import type { ParameterDeclaration } from "../graph/compiled_patch.ts";

/** `block` stands for a call of `render`, which never reaches over a command. */
export const rates = ["constant", "block", "sample"] as const;
export type Rate = typeof rates[number];

/** Sources whose value changes from frame to frame. */
const changing: ReadonlySet<GraphNode["op"]> = new Set(["state", "bus", "input", "stream", "read"]);

/** Sources whose value differs from lane to lane. */
const differing: ReadonlySet<GraphNode["op"]> = new Set(["note", "bus", "input", "read", "lanes"]);

/** The schedule of a graph, with moving or with resting parameters. */
export interface Schedule {
  readonly rateOf: readonly Rate[];
  /** Number of nodes, outputs, states and lines that use each node. */
  readonly usersOf: readonly number[];
  /** Something that runs in every frame takes it. */
  readonly neededEachFrame: readonly boolean[];
}

/**
 * @param moving parameters that ramp are followed frame by frame; otherwise they rest, and nodes that depend on nothing
 * faster are computed once
 */
export function scheduleGraph(
  graph: Graph,
  parameters: readonly ParameterDeclaration[],
  moving: boolean,
): Schedule {
  const { nodes, states, lines, outputs } = graph;
  const order: number[] = [];
  for (const { op, args, attribute } of nodes) {
    let fastest = op === "table" || op === "sample" ? 1 : 0;
    for (const arg of args) fastest = Math.max(fastest, order[arg]);
    order.push(
      op === "parameter"
        ? (moving && parameters[attribute].smoothingSeconds > 0 ? 2 : 1)
        : op === "note"
        ? (noteFields[attribute] === "trigger" ? 2 : 1)
        : changing.has(op)
        ? 2
        : fastest,
    );
  }
  const usersOf = new Array<number>(nodes.length).fill(0);
  const neededEachFrame = new Array<boolean>(nodes.length).fill(false);
  const use = (index: number, eachFrame: boolean) => {
    usersOf[index]++;
    neededEachFrame[index] ||= eachFrame;
  };
  states.forEach(({ next }) => use(next, true));
  lines.forEach(({ write }) => use(write, true));
  outputs.forEach((output) => use(output, true));
  // users come after their arguments, so backwards every node knows whether anything needs it
  for (let index = nodes.length - 1; index >= 0; index--) {
    if (usersOf[index] > 0) { for (const arg of nodes[index].args) use(arg, order[index] === 2); }
  }
  return {
    rateOf: order.map((rate) => rates[rate]),
    usersOf,
    neededEachFrame,
  };
}

/** Parameters of a graph that ramp, by index in the patch. */
export function ramping({ nodes }: Graph, parameters: readonly ParameterDeclaration[]): number[] {
  const used = nodes.flatMap(({ op, attribute }) => op === "parameter" ? [attribute] : []);
  return [...new Set(used)].filter((index) => parameters[index].smoothingSeconds > 0).sort((a, b) => a - b);
}

/**
 * Nodes whose lanes are all equal. The voices of a group begin at different times, so their states differ; the channels of
 * the output begin together.
 */
export function uniformNodes({ nodes, states }: Graph, kind: "voice" | "main"): boolean[] {
  const stateUniform = states.map(({ seeded }) => kind === "main" && !seeded);
  while (true) {
    const uniform: boolean[] = [];
    for (const { op, args, attribute } of nodes) {
      uniform.push(
        op === "state" ? stateUniform[attribute] : op === "lane" ||
          !differing.has(op) && args.every((arg) => uniform[arg]),
      );
    }
    const before = stateUniform.filter(Boolean).length;
    states.forEach(({ next }, index) => stateUniform[index] &&= uniform[next]);
    if (stateUniform.filter(Boolean).length === before) return uniform;
  }
}
