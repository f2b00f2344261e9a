import type { Config } from "../config/settings.ts";
import { annotateWat } from "../compiler/inspect/annotate.ts";
import { assemblePatch, patchText } from "../compiler/compile.ts";
import { describePatch } from "../compiler/inspect/describe.ts";
import { drawPatch, patchDot } from "../compiler/inspect/draw.ts";
import { decodeGraph } from "../compiler/graph/checked_graph.ts";
import { PatchError } from "../compiler/graph/patch_error.ts";
import { graphToJson } from "../compiler/graph/graph_json.ts";
import { graphWarnings } from "../compiler/graph/graph_warnings.ts";
import type { PatchCommand } from "./command_line.ts";
import { openPatchSource } from "./open_patch_source.ts";

/** `understudy patch`: compiles a patch and describes it. Throws `PatchUnknownError` or {@link PatchError}. */
export async function showPatch(
  { patch, show, graph: pictureFile }: Omit<PatchCommand, "command">,
  config: Config,
): Promise<string> {
  const startedMs = performance.now();
  const tell = (text: string) => console.error(text);
  const source = await openPatchSource(config, { onPrint: tell, onSampleNote: tell });
  const { graph: loaded, samples } = await source.load(patch);
  const graph = decodeGraph(loaded);
  graphWarnings(graph, source.format).forEach((warning) => console.error(warning));
  const loadedMs = performance.now();
  const text = patchText(graph, source.format, samples);
  const { wasm } = assemblePatch(text, source.format);
  const compiledMs = performance.now();
  if (pictureFile !== undefined) {
    const picture = pictureFile.endsWith(".dot") ? patchDot(graph) + "\n" : await drawPatch(graph);
    await Deno.writeTextFile(pictureFile, picture).catch((cause: Error) => {
      throw new PatchError(`cannot write the picture ${pictureFile}: ${cause.message}`, { cause });
    });
  }
  if (show === "wat") return annotateWat(text.wat, text.compiled) + "\n";
  if (show === "json") return graphToJson(graph) + "\n";
  return describePatch(text.compiled, source.format, { operations: show === "schedule", samples }) +
    `\nloaded in ${(loadedMs - startedMs).toFixed(0)} ms, compiled in ${
      (compiledMs - loadedMs).toFixed(0)
    } ms to ${wasm.length} bytes of WebAssembly, the assembler's start included\n`;
}
