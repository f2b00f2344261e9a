/** The recording that is under way, as a file of the run, for a control process that takes over. Main isolate. */
import { readIfThere } from "../../foundation/read_if_there.ts";
import { writeWhole } from "../../foundation/write_whole.ts";
import type { RecordingStart } from "./recording_start.ts";

/** Keeps it; undefined: nothing is recorded. Throws what the system says where the file cannot be written. */
export function keepRecording(file: string, start: RecordingStart | undefined): void {
  writeWhole(file, JSON.stringify(start ?? null));
}

/** What was kept last; undefined where nothing is recorded. */
export function keptRecording(file: string): RecordingStart | undefined {
  return JSON.parse(readIfThere(file) ?? "null") ?? undefined;
}
