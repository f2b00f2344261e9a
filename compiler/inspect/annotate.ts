import { describeNode } from "./describe.ts";
import type { Graph, GraphNode, PatchGraph } from "../graph/graph.ts";
import { steadyGraph } from "../plan/steady.ts";

const variants: Readonly<Record<string, string>> = {
  resting: "while no parameter moves",
  moving: "while a parameter moves",
  steady: "while no parameter moves and every attack is past",
  twin: "the same for eight voices, two groups of four",
};

/**
 * A patch's WebAssembly text for reading: with a comment on each fused function and on the module of each value, and several
 * locals a line. It assembles to the same bytes.
 */
export function annotateWat(wat: string, patch: PatchGraph): string {
  let graph: Graph | undefined;
  let said = "";
  const lines: string[] = [];
  for (const line of wat.split("\n")) {
    const fused = /^\(func \$(\w+)_(resting|moving|steady|twin) /.exec(line);
    if (fused) {
      const [, name, variant] = fused;
      const voice = patch.instruments.find((instrument) => instrument.name === name)?.voice;
      graph = voice ? (["steady", "twin"].includes(variant) ? steadyGraph(voice).graph : voice) : patch.main;
      const what = voice ? `${name}: four voices side by side` : "output: one channel a lane";
      said = "";
      lines.push("", `;; ${what}, ${variants[variant]}`);
    } else if (/^\s*\(func /.test(line)) graph = undefined;
    const locals = /^ {2}((?:\(local \$\w+ \w+\) ?)+)$/.exec(line)?.[1];
    const last = lines.at(-1)!;
    if (graph && locals && /^ {2}\(local /.test(last) && last.length + locals.length < 100) {
      lines[lines.length - 1] = `${last} ${locals}`;
      continue;
    }
    if (/^\s*\(loop /.test(line)) said = "";
    const [, indent, index] = /^(\s*)\(local\.set \$n(\d+) /.exec(line) ?? [];
    const node = graph?.nodes[Number(index)];
    const comment = graph && node ? originOf(node, graph, patch) : said;
    if (comment !== said) lines.push(`${indent}${comment}`);
    said = comment;
    lines.push(line);
  }
  return lines.join("\n");
}

/** The origin of a value as a comment: its module, or its parameter or note field. */
function originOf(node: GraphNode, { uses }: Graph, patch: PatchGraph): string {
  if (node.op === "parameter" || node.op === "note") return `;; ${describeNode(node, patch)}`;
  const { name, location } = uses[node.use];
  return `;; ${name === "patch" ? "the patch's own arithmetic" : name}${location && ` (${location})`}`;
}
