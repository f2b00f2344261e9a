/**
 * Commands that were quarantined, as a file of the run: a control process may be lost after renderers leave a command out, and before
 * the recording says so. The next one records it again; a reader counts each once. Main isolate.
 */
import { readIfThere } from "../../foundation/read_if_there.ts";
import { writeWhole } from "../../foundation/write_whole.ts";
import type { RunFolder } from "./run_folder.ts";

/** Words of a `QUAR` chunk: position, and where it had been heard the blocks of the search that found it. */
export type QuarantineWords = readonly number[];

/** Entries that are kept; a control process lives longer than the recording of one takes. */
const maxKept = 64;

/** Keeps the newest. Throws what the system says where the file cannot be written. */
export function saveQuarantined(folder: RunFolder, quarantined: readonly QuarantineWords[]): void {
  writeWhole(folder.quarantined, JSON.stringify(quarantined.slice(-maxKept)));
}

/** What was kept, the newest last; none where there is no file. */
export function loadQuarantined(folder: RunFolder): QuarantineWords[] {
  const text = readIfThere(folder.quarantined);
  return text === undefined ? [] : JSON.parse(text) as QuarantineWords[];
}
