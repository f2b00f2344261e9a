/**
 * A picture of a patch for its player: modules are boxes, parameters and notes their inputs, arrows the signals between them.
 * The patch's own arithmetic is gathered into formulas. Graphviz lays it out.
 */
import { instance } from "@viz-js/viz";
import { describeNode, shortNumber } from "./describe.ts";
import { formulaGroups } from "./formula.ts";
import type { Graph, GraphNode, PatchGraph } from "../graph/graph.ts";
import { channelsPerVector } from "../graph/limits.ts";

/** An SVG document. */
export async function drawPatch(patch: PatchGraph): Promise<string> {
  const viz = await instance();
  const svg = viz.renderString(patchDot(patch), { format: "svg" });
  // without Arial, another plain face fits the boxes better than the browser's default
  return svg.replaceAll('font-family="Arial"', 'font-family="Arial, Liberation Sans, Helvetica, sans-serif"');
}

/** Graphviz knows the widths of this face's letters. */
const font = `fontname="Arial"`;

/** The picture's description in Graphviz's language. */
export function patchDot(patch: PatchGraph): string {
  const main = new Part({ title: "output", prefix: "main", graph: patch.main }, patch);
  const instruments = patch.instruments.map(({ name, polyphony: { voices, mode }, voice }, index) =>
    new Part({
      title: `${name}: ${voices} voice${voices > 1 ? "s" : ""}, ${mode}`,
      prefix: `i${index}`,
      graph: voice,
    }, patch)
  );
  const buses = patch.main.nodes.flatMap(({ op, attribute }, node) =>
    op !== "bus" ? [] : (patch.instruments[attribute].voice.outputs[0] ===
        patch.instruments[attribute].voice.outputs[1]
      ? [0]
      : [0, 1]).map((side) =>
        `i${attribute}_out${side} -> ${main.shapeOf(node)} [color="#b04a00", penwidth=2];`
      )
  );
  return [
    `digraph "${patch.name}" {`,
    `  rankdir=LR; ranksep=0.4; nodesep=0.15; ${font}; fontsize=15; label=${
      bold(`patch ${patch.name}`)
    }; labelloc=t; labeljust=l; pad=0.2;`,
    `  node [${font}, fontsize=12, shape=box, style="rounded,filled", fillcolor="#f3f0ea", color="#888888", margin="0.25,0.05", height=0.3];`,
    `  edge [color="#666666", arrowsize=0.6];`,
    ...instruments.map((part) => part.text()),
    main.text(),
    ...buses.map((bus) => `  ${bus}`),
    `}`,
  ].join("\n");
}

const sources = ["parameter", "note", "bus", "input", "stream"];

/** One graph of the patch, as a frame with boxes in it. */
class Part {
  readonly #formulas: ReturnType<typeof formulaGroups>;

  readonly title: string;
  /** Of the names of its shapes. */
  readonly prefix: string;
  readonly graph: Graph;

  constructor(
    { title, prefix, graph }: Pick<Part, "title" | "prefix" | "graph">,
    readonly patch: PatchGraph,
  ) {
    this.title = title;
    this.prefix = prefix;
    this.graph = graph;
    this.#formulas = formulaGroups(graph, patch);
  }

  /** The shape of a node: a source's own, its module's box, or the formula that contains it. */
  shapeOf(index: number): string {
    const node = this.graph.nodes[index];
    if (sources.includes(node.op)) return `${this.prefix}_n${index}`;
    const formula = this.#formulas.get(index);
    return formula ? `${this.prefix}_f${formula.root}` : `${this.prefix}_u${node.use}`;
  }

  #label(index: number): string {
    const node = this.graph.nodes[index];
    if (sources.includes(node.op)) {
      return `[label=${
        this.#sourceLabel(node)
      }, color="#ffffff", fillcolor="#ffffff", margin="0.12,0.02", height=0.2]`;
    }
    const formula = this.#formulas.get(index);
    if (formula) return `[label=${quoted(formula.text)}, fontsize=10, color="#cccccc"]`;
    const { name, location } = this.graph.uses[node.use];
    return `[label=${plain(name, location)}, fillcolor="#dfe9f5"]`;
  }

  #sourceLabel(node: GraphNode): string {
    if (node.op !== "parameter") return plain(describeNode(node, this.patch));
    const { address, default: value, unit } = this.patch.parameters[node.attribute];
    return plain(`/${address}`, `${shortNumber(value)}${unit === "1" ? "" : ` ${unit}`}`);
  }

  text(): string {
    const { graph: { nodes, states, lines, outputs }, prefix } = this;
    const shapes = new Map<string, string>();
    const arrows = new Set<string>();
    nodes.forEach(({ op, args }, index) => {
      if (op === "constant") return;
      const name = this.shapeOf(index);
      if (!shapes.has(name)) shapes.set(name, this.#label(index));
      for (const arg of args) {
        if (nodes[arg].op !== "constant" && this.shapeOf(arg) !== name) {
          arrows.add(`${this.shapeOf(arg)} -> ${name}`);
        }
      }
    });
    const sides = outputs[0] === outputs[1]
      ? ["left and right", "", "envelope", "done"]
      : ["left", "right", "envelope", "done"];
    const ofMain = outputs.map((_, vector) =>
      outputs.length === 1
        ? "output"
        : `output ${vector * channelsPerVector + 1} to ${
          Math.min((vector + 1) * channelsPerVector, this.patch.channels)
        }`
    );
    const names = prefix === "main" ? ofMain : sides;
    outputs.forEach((output, index) => {
      if (names[index] === "") return;
      shapes.set(
        `${prefix}_out${index}`,
        `[label=${plain(names[index])}, shape=ellipse, fillcolor="#f6dfc8"]`,
      );
      if (nodes[output].op !== "constant") arrows.add(`${this.shapeOf(output)} -> ${prefix}_out${index}`);
    });
    // arrows of states and delay lines, which arrive a frame or more later
    const back = (from: number, reads: (node: GraphNode) => boolean) => {
      const reader = nodes.findIndex(reads);
      if (reader < 0 || nodes[from].op === "constant" || this.shapeOf(from) === this.shapeOf(reader)) return;
      const arrow = `${this.shapeOf(from)} -> ${this.shapeOf(reader)}`;
      if (!arrows.has(arrow)) arrows.add(`${arrow} [style=dashed, constraint=false]`);
    };
    states.forEach(({ next }, index) =>
      back(next, ({ op, attribute }) => op === "state" && attribute === index)
    );
    lines.forEach(({ write }, index) =>
      back(write, ({ op, attribute }) => op === "read" && attribute === index)
    );
    return [
      `  subgraph cluster_${prefix} { label=${
        bold(this.title)
      }; color="#bbbbbb"; style=rounded; margin=14; fontsize=13;`,
      ...[...shapes].map(([name, attributes]) => `    ${name} ${attributes};`),
      ...[...arrows].map((arrow) => `    ${arrow};`),
      `  }`,
    ].join("\n");
  }
}

/** Graphviz reads a backslash as an escape even when it is written as an entity. */
const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
    .replaceAll("\\", "∖");
const quoted = (text: string) => `"${escaped(text).replaceAll("\n", "\\n")}"`;
const bold = (text: string) => `<<b>${escaped(text)}</b>>`;
const plain = (text: string, below = "") =>
  below === ""
    ? quoted(text)
    : `<${escaped(text)}<br/><font point-size="9" color="#555555">${escaped(below)}</font>>`;
