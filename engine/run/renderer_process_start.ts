/** What a renderer process begins with: the same for every seat, as a file of the run. */
import { invariant } from "../../foundation/invariant.ts";

export interface RendererProcessStart {
  readonly nativeLibrary: string;
  readonly memoryBytes: number;
  readonly seed: number;
  readonly faultsAllowed: boolean;
}

/** Reads the file. Throws InvariantError when it is none. */
export function readRendererProcessStart(path: string): RendererProcessStart {
  const start = JSON.parse(Deno.readTextFileSync(path)) as RendererProcessStart;
  invariant(typeof start.nativeLibrary === "string", `${path}: expected the path of the native part`);
  invariant(Number.isInteger(start.memoryBytes), `${path}: expected the size of the shared memory`);
  invariant(Number.isInteger(start.seed), `${path}: expected a whole number as seed`);
  return start;
}

/** Writes the file beside and renames: a renderer that starts meanwhile finds it whole. */
export function writeRendererProcessStart(path: string, start: RendererProcessStart): void {
  Deno.writeTextFileSync(`${path}.new`, JSON.stringify(start));
  Deno.renameSync(`${path}.new`, path);
}
