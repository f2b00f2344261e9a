/** Thread that builds a ready patch, so that the main isolate does not while the engine plays: it takes up to 0.4 s. */
import { parentPort, workerData } from "node:worker_threads";
import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { encodeGraph } from "../../compiler/graph/checked_graph.ts";
import { patchNamed } from "../ready/catalogue.ts";

/** What the thread is started with. */
export interface BuildStart {
  readonly name: string;
  readonly format: PatchFormat;
}

const { name, format } = workerData as BuildStart;
parentPort!.postMessage(encodeGraph(patchNamed(name).build(format)));
