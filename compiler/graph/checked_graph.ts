/**
 * A graph that has passed every check, as bytes: so that it crosses from the process that checked it to the thread that compiles
 * it, while the main isolate reads its name and its samples and nothing else. Any thread.
 */
import { deserialize, serialize } from "node:v8";
import type { PatchGraph } from "./graph.ts";

/** A checked graph that nothing on the way has to understand. */
export interface CheckedGraph {
  readonly name: string;
  /** The sound files that it plays. */
  readonly samples: readonly string[];
  /** The graph as a structured clone of this runtime's version. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A graph, or its bytes. */
export type LoadedGraph = PatchGraph | CheckedGraph;

/** Encodes a graph that was checked, or that the program has built itself. */
export function encodeGraph(graph: PatchGraph): CheckedGraph {
  return { name: graph.name, samples: graph.samples ?? [], bytes: new Uint8Array(serialize(graph)) };
}

/** The graph itself. Takes as long as the graph is large: not in the main isolate while the engine plays. */
export function decodeGraph(graph: LoadedGraph): PatchGraph {
  return "bytes" in graph ? deserialize(graph.bytes) as PatchGraph : graph;
}
