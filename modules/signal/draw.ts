/** A patch as a picture: modules as boxes, what flows between them as arrows. Laid out by Graphviz. */
import { instance } from "@viz-js/viz";
import { describeNode } from "./describe.ts";
import type { Graph, PatchGraph } from "./graph.ts";

/** An SVG document. */
export async function drawPatch(patch: PatchGraph): Promise<string> {
  const viz = await instance();
  return viz.renderString(patchDot(patch), { format: "svg" });
}

/** The picture's description in Graphviz's language. */
export function patchDot(patch: PatchGraph): string {
  const parts = [
    ...patch.instruments.map(({ name, voice }, index) =>
      part(`instrument ${name}`, `i${index}`, voice, patch)
    ),
    part("output", "main", patch.main, patch),
  ];
  const buses = patch.main.nodes.flatMap(({ op, attribute }, node) =>
    op === "bus"
      ? [`  i${attribute}_out0 -> ${shapeOf(patch.main, "main", node)} [color="#b04a00", penwidth=2];`]
      : []
  );
  return [
    `digraph ${patch.name} {`,
    `  rankdir=LR; fontname="sans-serif"; node [fontname="sans-serif", fontsize=11, shape=box, style="rounded,filled", fillcolor="#f3f0ea", color="#888888"];`,
    `  edge [color="#666666", arrowsize=0.6];`,
    ...parts,
    ...buses,
    `}`,
  ].join("\n");
}

/** Which shape stands for a node: its module's box, or one of its own for what the patch itself computes. */
function shapeOf({ nodes, uses }: Graph, prefix: string, node: number): string {
  const { op, use } = nodes[node];
  const own = uses[use].name === "patch" || ["parameter", "note", "bus", "input"].includes(op);
  return own ? `${prefix}_n${node}` : `${prefix}_u${use}`;
}

function part(title: string, prefix: string, graph: Graph, patch: PatchGraph): string {
  const { nodes, uses, states, lines, outputs } = graph;
  const shapes = new Map<string, string>();
  const arrows = new Set<string>();
  const shape = (node: number) => shapeOf(graph, prefix, node);
  nodes.forEach((node, index) => {
    if (node.op === "constant") return;
    const name = shape(index);
    if (name.includes("_u")) {
      const { name: module, location } = uses[node.use];
      shapes.set(name, `[label="${module}\\n${location}", fillcolor="#dfe9f5"]`);
    } else {
      const source = ["parameter", "note", "bus", "input"].includes(node.op);
      const label = source ? describeNode(node, patch) : node.op;
      shapes.set(name, `[label="${label}"${source ? `, shape=plain, fillcolor="#ffffff"` : ", fontsize=9"}]`);
    }
    for (const arg of node.args) {
      if (nodes[arg].op !== "constant" && shape(arg) !== name) arrows.add(`${shape(arg)} -> ${name}`);
    }
  });
  const names = title === "output" ? ["output"] : ["left", "right", "envelope"];
  outputs.forEach((output, index) => {
    shapes.set(`${prefix}_out${index}`, `[label="${names[index]}", shape=ellipse, fillcolor="#f6dfc8"]`);
    if (nodes[output].op !== "constant") arrows.add(`${shape(output)} -> ${prefix}_out${index}`);
  });
  const back = (from: number, to: (node: { op: string; attribute: number }) => boolean) => {
    const reader = nodes.findIndex(to);
    if (reader < 0 || nodes[from].op === "constant" || shape(from) === shape(reader)) return;
    arrows.add(`${shape(from)} -> ${shape(reader)} [style=dashed, constraint=false]`);
  };
  states.forEach(({ next }, index) =>
    back(next, ({ op, attribute }) => op === "state" && attribute === index)
  );
  lines.forEach(({ write }, index) =>
    back(write, ({ op, attribute }) => op === "read" && attribute === index)
  );
  return [
    `  subgraph cluster_${prefix} { label="${title}"; color="#bbbbbb"; style=rounded;`,
    ...[...shapes].map(([name, attributes]) => `    ${name} ${attributes};`),
    ...[...arrows].map((arrow) => `    ${arrow};`),
    `  }`,
  ].join("\n");
}
