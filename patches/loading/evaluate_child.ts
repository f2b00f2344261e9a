/**
 * Runs in a process of its own that may read the patch file and the sources that patches are made of, nothing else: evaluates
 * the file, builds its patch, and prints the graph or the error as one line of JSON.
 */
import { PatchError } from "../../compiler/graph/patch_error.ts";
import { graphToJson } from "../../compiler/graph/graph_json.ts";
import { exportedTypes, importProblem, truthWarnings } from "./source_check.ts";
import type { Patch } from "../../modules/patch.ts";

/** What the parent reads: exactly one of the two fields. */
export interface Evaluation {
  /** JSON text of the graph. */
  readonly graph?: string;
  /** The error message, with the line of the file. */
  readonly error?: string;
}

/** Globals that a patch does not get. Without these the system refuses too: no file may grow. */
const takenAway = ["Worker", "caches", "CacheStorage", "Cache", "localStorage", "sessionStorage", "Storage"];

async function evaluate(url: string, formatJson: string): Promise<Evaluation> {
  try {
    const problem = await checkSource(url);
    if (problem !== undefined) return { error: problem };
    const { default: patch } = await import(url) as { default?: Partial<Patch> };
    if (typeof patch?.build !== "function") {
      return { error: `expected \`export default definePatch({ ... })\`, found ${describe(patch)}` };
    }
    const graph = patch.build(JSON.parse(formatJson));
    if (typeof graph !== "object" || graph === null) {
      return { error: `expected \`build\` to give a patch, found ${String(graph)}` };
    }
    return { graph: graphToJson(graph) };
  } catch (error) {
    return { error: explain(error, url) };
  }
}

/** Says what is wrong with the imports of the file, and prints what looks like a mistake. */
async function checkSource(url: string): Promise<string | undefined> {
  const text = await Deno.readTextFile(new URL(url));
  const file = decodeURIComponent(url.slice(url.lastIndexOf("/") + 1));
  const library = new URL("../../modules/mod.ts", import.meta.url);
  const values = Object.keys(await import(library.href));
  const types = exportedTypes(await Deno.readTextFile(library));
  truthWarnings(text, file).forEach((warning) => console.error(warning));
  return importProblem(text, file, { values, types });
}

function describe(value: unknown): string {
  if (value === undefined) return "no default export";
  return value === null || typeof value !== "object" ? String(value) : "an object without `build`";
}

/** The message of an error, preceded by the line of the patch file where that is known and the message lacks it. */
function explain(error: unknown, url: string): string {
  if (!(error instanceof Error)) return `threw ${typeof error === "object" ? "an object" : String(error)}`;
  const { message } = error;
  const location = locationIn(message, url) || locationIn(error.stack ?? "", url);
  const text = error instanceof PatchError ? message : foreignError(error, message.split("\n")[0]);
  return location === "" || text.includes(location) ? text : `${location}: ${text}`;
}

/** Translates the runtime's messages into the words of patch files. */
function foreignError(error: Error, message: string): string {
  const syntax = /^SyntaxError: (.*)/.exec(message)?.[1];
  if (syntax !== undefined) return `syntax error: ${syntax}`;
  if ((error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND") {
    const what = /"([^"]*)"/.exec(message)?.[1];
    return `imports ${
      what === undefined ? "a package" : `"${what}"`
    }; a patch file stands alone, and imports from "understudy" only`;
  }
  const right = /^Requires (.*), run again with the --allow/.exec(message)?.[1];
  if (right !== undefined) return `asks for ${right}, which a patch file does not get`;
  return `${error.name}: ${message}`;
}

/** The first line of the patch file that a text names, e.g. `organ.ts:12`; empty when it names none. */
function locationIn(text: string, url: string): string {
  // messages have the address of a file, stack traces its plain name
  for (const name of [url, decodeURIComponent(url)]) {
    const at = text.indexOf(`${name}:`);
    const line = at < 0 ? undefined : /^\d+(?=:\d)/.exec(text.slice(at + name.length + 1))?.[0];
    if (line) return `${decodeURIComponent(url.slice(url.lastIndexOf("/") + 1))}:${line}`;
  }
  return "";
}

function answer(evaluation: Evaluation): never {
  // on a line of its own: the patch may have written a part of one
  const bytes = new TextEncoder().encode(`\n${JSON.stringify(evaluation)}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  Deno.exit(0);
}

if (import.meta.main) {
  const [url, formatJson] = Deno.args;
  // the output of the patch must not mix with the answer on standard output
  console.log = console.info = console.debug = console.error;
  // a thread of the patch would outlive the evaluation, and what it stores would be there for the next one
  for (const name of takenAway) Reflect.deleteProperty(globalThis, name);
  // deep enough to reach the patch file from nested modules
  Error.stackTraceLimit = 100;
  addEventListener("unhandledrejection", ({ reason }) => answer({ error: explain(reason, url) }));
  addEventListener("error", ({ error }) => answer({ error: explain(error, url) }));
  evaluate(url, formatJson).then(answer);
}
