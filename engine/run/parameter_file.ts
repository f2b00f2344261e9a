/**
 * The values of the parameters as a file of the run, for the next control process: the log alone does not hold them, for it is a
 * ring. Written beside and renamed, some times a second while they change; the log has what came after.
 */
import type { RunFolder } from "./run_folder.ts";

/** Values and the place in the log up to which they are taken in. */
export interface SavedParameters {
  readonly position: number;
  /** By address. */
  readonly values: Readonly<Record<string, number>>;
}

/** Writes values. Main isolate. */
export function saveParameters(folder: RunFolder, saved: SavedParameters): void {
  Deno.writeTextFileSync(`${folder.parameters}.new`, JSON.stringify(saved));
  Deno.renameSync(`${folder.parameters}.new`, folder.parameters);
}

/** The values that were written last; undefined where none were. */
export function loadParameters(folder: RunFolder): SavedParameters | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(folder.parameters)) as SavedParameters;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
