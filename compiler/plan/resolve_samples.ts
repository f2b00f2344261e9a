import type { SampleBank } from "../graph/sample_bank.ts";
import { PatchError } from "../graph/patch_error.ts";
import { type Graph, type GraphNode, type PatchGraph, sampleFacts } from "../graph/graph.ts";
import { rewriteGraph } from "./rewrite.ts";
import { shareStates } from "../graph/share_states.ts";

/**
 * A patch with the facts of its samples as constants (lengths, rates, root notes), and everything that follows from them
 * folded. A file of one channel is the same on both sides, so both sides become one computation.
 *
 * @throws {PatchError} when the bank does not hold the files that the patch plays
 */
export function resolveSamples(patch: PatchGraph, bank?: SampleBank): PatchGraph {
  const { samples = [] } = patch;
  if (samples.length === 0) return patch;
  const found = bank?.files.map(({ name }) => name) ?? [];
  if (found.length !== samples.length || found.some((name, index) => name !== samples[index])) {
    throw new PatchError(
      `plays ${samples.join(", ")}: expected these samples to be loaded, found ${found.join(", ") || "none"}`,
    );
  }
  const resolve = (graph: Graph) => resolveGraph(graph, bank!);
  return {
    ...patch,
    instruments: patch.instruments.map((instrument) => ({ ...instrument, voice: resolve(instrument.voice) })),
    main: resolve(patch.main),
  };
}

function resolveGraph(graph: Graph, { files }: SampleBank): Graph {
  const known = ({ op, type, attribute }: GraphNode) => {
    if (op !== "sampleFact") return undefined;
    const value =
      files[Math.floor(attribute / sampleFacts.length)][sampleFacts[attribute % sampleFacts.length]];
    return type === "f32" ? Math.fround(value) : value;
  };
  const { nodes, ...rest } = rewriteGraph(graph, known);
  const oneSided = nodes.map((node) =>
    node.op === "sample" && files[node.attribute >> 2].channels === 1
      ? { ...node, attribute: node.attribute & ~1 }
      : node
  );
  return shareStates({ ...rest, nodes: oneSided });
}
