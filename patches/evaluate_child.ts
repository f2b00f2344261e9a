/**
 * Runs in a process of its own that may read the patch file and the modules, and nothing else: evaluates the file, builds
 * its patch, and prints the graph, or what went wrong, as one line of JSON.
 */
import { PatchInvalid } from "../modules/signal/flatten.ts";
import { patchLocation } from "../modules/signal/patch_location.ts";
import { graphToJson } from "../modules/signal/validate.ts";
import type { Patch } from "../modules/patch.ts";

/** What the parent reads: exactly one of the two. */
export interface Evaluation {
  /** JSON text of the graph. */
  readonly graph?: string;
  /** What is wrong, with the line of the file. */
  readonly error?: string;
}

async function evaluate(url: string, formatJson: string): Promise<Evaluation> {
  // what a patch prints goes to the terminal, not into the answer
  console.log = console.info = console.debug = console.error;
  try {
    const { default: patch } = await import(url) as { default?: Partial<Patch> };
    if (typeof patch?.build !== "function") {
      return { error: `expected \`export default definePatch({ ... })\`, found ${describe(patch)}` };
    }
    return { graph: graphToJson(patch.build(JSON.parse(formatJson))) };
  } catch (error) {
    return { error: explain(error) };
  }
}

function describe(value: unknown): string {
  return value === undefined ? "no default export" : typeof value === "object" ? "an object" : String(value);
}

/** The message with the line of the patch file, where it is not in it already. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const location = patchLocation(error.stack);
  const text = error instanceof PatchInvalid ? error.message : `${error.name}: ${error.message}`;
  return location === "" || text.includes(location) ? text : `${location}: ${text}`;
}

if (import.meta.main) {
  const [url, formatJson] = Deno.args;
  const answer = new TextEncoder().encode(JSON.stringify(await evaluate(url, formatJson)) + "\n");
  for (let at = 0; at < answer.length;) at += Deno.stdout.writeSync(answer.subarray(at));
}
