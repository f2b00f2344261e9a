/**
 * Runs in a process of its own, which may fall: reads from standard input what the evaluation of a patch file has written, checks
 * it, and writes one line of JSON, then the bytes of the graph. What comes in is of unknown origin; what goes out is trusted.
 */
import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { encodeGraph } from "../../compiler/graph/checked_graph.ts";
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { graphFromJson } from "../../compiler/graph/validate.ts";
import { planArena } from "../../compiler/plan/arena.ts";
import type { Evaluation } from "./evaluate_child.ts";

/** The line before the bytes: an error, or what the parent has to know about the graph. */
export type Verdict = { readonly error: string } | {
  readonly name: string;
  readonly samples: readonly string[];
};

/** Characters of an error that are passed on. */
const maxErrorLength = 2_000;

/** Checks what was written for one format. The bytes are those of the graph, or none. */
export function checkEvaluation(
  output: string,
  format: PatchFormat,
): { readonly verdict: Verdict; readonly bytes: Uint8Array<ArrayBuffer> } {
  try {
    const evaluation = readEvaluation(output);
    if (evaluation.error !== undefined) throw new PatchError(evaluation.error);
    const graph = graphFromJson(evaluation.graph!);
    planArena(graph, format); // throws when its state would not fit into memory
    const { name, samples, bytes } = encodeGraph(graph);
    return { verdict: { name, samples }, bytes };
  } catch (error) {
    if (!(error instanceof PatchError)) throw error;
    return { verdict: { error: error.message.slice(0, maxErrorLength) }, bytes: new Uint8Array() };
  }
}

/** Reads the last line of the output, which is the child's; the patch wrote the lines before it. */
function readEvaluation(output: string): Evaluation {
  try {
    const evaluation = JSON.parse(output.slice(output.trimEnd().lastIndexOf("\n") + 1)) as Evaluation;
    if (typeof evaluation?.graph === "string" || typeof evaluation?.error === "string") return evaluation;
  } catch {
    // the error below says so
  }
  throw new PatchError("ended by itself before it gave a patch, or gave nonsense instead");
}

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

if (import.meta.main) {
  const { verdict, bytes } = checkEvaluation(
    await new Response(Deno.stdin.readable).text(),
    JSON.parse(Deno.args[0]),
  );
  write(new TextEncoder().encode(`${JSON.stringify(verdict)}\n`));
  write(bytes);
}
