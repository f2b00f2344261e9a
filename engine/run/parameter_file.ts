/**
 * The values of the parameters as a file of the run, for the next control process: the log alone does not hold them, for it is a
 * ring. Written beside and renamed, some times a second while they change; the log has what came after.
 */
import { readIfThere } from "../../foundation/read_if_there.ts";
import { writeWhole } from "../../foundation/write_whole.ts";
import type { RunFolder } from "./run_folder.ts";

/** Values and the place in the log up to which they are taken in. */
export interface SavedParameters {
  readonly position: number;
  /** By address. */
  readonly values: Readonly<Record<string, number>>;
}

/** Writes values. Main isolate. */
export function saveParameters(folder: RunFolder, saved: SavedParameters): void {
  writeWhole(folder.parameters, JSON.stringify(saved));
}

/** The values that were written last; undefined where none were. */
export function loadParameters(folder: RunFolder): SavedParameters | undefined {
  const text = readIfThere(folder.parameters);
  return text === undefined ? undefined : JSON.parse(text) as SavedParameters;
}
