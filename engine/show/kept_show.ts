/** The show that plays, as a file of the run, for a control process that takes over. Main isolate. */
import { readIfThere } from "../../foundation/read_if_there.ts";
import { writeWhole } from "../../foundation/write_whole.ts";
import { isSavedShow, type SavedShow } from "./saved_show.ts";

/** Keeps it. Throws what the system says where the file cannot be written. */
export function keepShow(file: string, saved: SavedShow): void {
  writeWhole(file, JSON.stringify(saved));
}

/** What was kept last; undefined where nothing was. */
export function keptShow(file: string): SavedShow | undefined {
  const kept: unknown = JSON.parse(readIfThere(file) ?? "null");
  return isSavedShow(kept) ? kept : undefined;
}
