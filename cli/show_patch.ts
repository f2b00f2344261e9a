import type { PatchFormat } from "../compiler/graph/compiled_patch.ts";
import { annotateWat } from "../compiler/inspect/annotate.ts";
import { assemblePatch, patchText } from "../compiler/compile.ts";
import { describePatch } from "../compiler/inspect/describe.ts";
import { drawPatch, patchDot } from "../compiler/inspect/draw.ts";
import { PatchError } from "../compiler/graph/patch_error.ts";
import type { PatchGraph } from "../compiler/graph/graph.ts";
import { graphToJson } from "../compiler/graph/graph_json.ts";
import type { SampleBank } from "../compiler/graph/sample_bank.ts";
import { loadPatch } from "../patches/loading/evaluate_patch.ts";

export interface ShowOptions {
  /** Name or file. */
  readonly patch: string;
  readonly show: "summary" | "schedule" | "wat" | "json";
  /** File for the picture, `.svg` or `.dot`. */
  readonly graph?: string;
  readonly format: PatchFormat;
  /** Finds the sound files that a patch names; not needed for one that names none. */
  readonly loadSamples?: (graph: PatchGraph) => Promise<SampleBank | undefined>;
  /** Told what a patch file prints while it is evaluated. */
  readonly onPrint?: (text: string) => void;
}

/** Compiles a patch and tells what it is made of. Throws `PatchUnknownError` or {@link PatchError}. */
export async function showPatch(options: ShowOptions): Promise<string> {
  const { patch, show, format, onPrint } = options;
  const startedMs = performance.now();
  const graph = await loadPatch(patch, format, { onPrint });
  const loadedMs = performance.now();
  const samples = await options.loadSamples?.(graph);
  const text = patchText(graph, format, samples);
  const { wasm } = assemblePatch(text, format);
  const compiledMs = performance.now();
  if (options.graph !== undefined) {
    const picture = options.graph.endsWith(".dot") ? patchDot(graph) + "\n" : await drawPatch(graph);
    await Deno.writeTextFile(options.graph, picture).catch((cause: Error) => {
      throw new PatchError(`cannot write the picture ${options.graph}: ${cause.message}`, { cause });
    });
  }
  if (show === "wat") return annotateWat(text.wat, text.patch) + "\n";
  if (show === "json") return graphToJson(graph) + "\n";
  return describePatch(text.patch, format, { operations: show === "schedule", samples }) +
    `\nloaded in ${(loadedMs - startedMs).toFixed(0)} ms, compiled in ${
      (compiledMs - loadedMs).toFixed(0)
    } ms to ${wasm.length} bytes of WebAssembly, the assembler's start included\n`;
}
