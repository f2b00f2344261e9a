/** The recording of the sound that is under way, as a file of the run, for a control process that takes over. Main isolate. */
import { readIfThere } from "../../foundation/read_if_there.ts";
import { writeWhole } from "../../foundation/write_whole.ts";
import type { RecordingStart } from "../recorder/recording_start.ts";
import type { RunFolder } from "./run_folder.ts";

/** Keeps it; undefined: nothing is recorded. Throws what the system says where the file cannot be written. */
export function saveRecording(folder: RunFolder, start: RecordingStart | undefined): void {
  writeWhole(folder.recording, JSON.stringify(start ?? null));
}

/** What was kept last; undefined where nothing is recorded. */
export function loadRecording(folder: RunFolder): RecordingStart | undefined {
  return JSON.parse(readIfThere(folder.recording) ?? "null") ?? undefined;
}
