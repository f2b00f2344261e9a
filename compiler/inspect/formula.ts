import { describeNode, shortNumber } from "./describe.ts";
import type { Graph, GraphNode, PatchGraph } from "../graph/graph.ts";

/** Arithmetic that a patch does itself, between its modules. */
export interface Formula {
  /** Node that gives the result. */
  readonly root: number;
  /** E.g. `(saw + pulse) × 0.12`; for a long formula, the number of its operations. */
  readonly text: string;
}

const maxTextLength = 40;

const signs: Readonly<Record<string, string>> = {
  add: "+",
  subtract: "−",
  multiply: "×",
  divide: "/",
  less: "<",
  lessOrEqual: "≤",
  equal: "=",
};

/**
 * Gathers the nodes that belong to no module into formulas with one result each: a node joins the formula of all its users.
 * Returns the formula of every such node.
 */
export function formulaGroups(graph: Graph, patch: PatchGraph): ReadonlyMap<number, Formula> {
  const { nodes, uses, states, lines, outputs } = graph;
  const own = ({ op, use }: GraphNode) =>
    uses[use].name === "patch" && !["constant", "parameter", "note", "bus", "input", "stream"].includes(op);
  const usersOf = nodes.map((): number[] => []);
  nodes.forEach(({ args }, user) => args.forEach((arg) => usersOf[arg].push(user)));
  const outside = new Set([
    ...outputs,
    ...states.map(({ next }) => next),
    ...lines.map(({ write }) => write),
  ]);
  const rootOf = new Map<number, number>();
  for (let index = nodes.length - 1; index >= 0; index--) {
    if (!own(nodes[index])) continue;
    const [first, ...others] = new Set(usersOf[index].map((user) => rootOf.get(user)));
    const joins = first !== undefined && others.length === 0 && !outside.has(index);
    rootOf.set(index, joins ? first : index);
  }
  const sizeOf = new Map<number, number>();
  for (const root of rootOf.values()) sizeOf.set(root, (sizeOf.get(root) ?? 0) + 1);

  const operand = (index: number, root: number, bare: boolean): string => {
    const node = nodes[index];
    if (node.op === "constant") return shortNumber(node.attribute);
    if (node.op === "parameter") return patch.parameters[node.attribute].address.split("/")[1];
    if (node.op === "bus") return patch.instruments[node.attribute].name;
    if (node.op === "note") return describeNode(node, patch).replace("note ", "");
    if (node.op === "input") return "input";
    if (node.op === "stream") return `bus ${node.attribute + 1}`;
    const inside = rootOf.get(index);
    if (inside === undefined) return uses[node.use].name;
    if (inside !== root) return "…";
    return bare || node.args.length < 2 ? expression(index, root) : `(${expression(index, root)})`;
  };
  const expression = (index: number, root: number): string => {
    const { op, args } = nodes[index];
    const chains = op === "add" || op === "multiply";
    const values = args.map((arg, place) =>
      operand(arg, root, !(op in signs) || chains && place === 0 && nodes[arg].op === op)
    );
    if (op === "negate") return `−(${values[0]})`;
    return op in signs ? values.join(` ${signs[op]} `) : `${op}(${values.join(", ")})`;
  };
  const textOf = new Map([...sizeOf].map(([root, size]) => {
    // a reader does not take in more than a few operations at a glance
    const text = size <= 6 ? expression(root, root) : "";
    return [root, size <= 6 && text.length <= maxTextLength ? text : `arithmetic\n${size} operations`];
  }));
  return new Map([...rootOf].map(([index, root]) => [index, { root, text: textOf.get(root)! }]));
}
