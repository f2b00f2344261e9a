/** The files that are armed, as a file of the run, for a control process that takes over. Main isolate. */
import { readIfThere } from "../../foundation/read_if_there.ts";
import { writeWhole } from "../../foundation/write_whole.ts";
import { isStreamedFile, type StreamedFile } from "./streamed_file.ts";

/** Keeps them. Throws what the system says where the file cannot be written. */
export function keepFiles(file: string, files: readonly StreamedFile[]): void {
  writeWhole(file, JSON.stringify(files));
}

/** What was kept last; empty where nothing was. */
export function keptFiles(file: string): readonly StreamedFile[] {
  const kept = JSON.parse(readIfThere(file) ?? "[]") as unknown[];
  return kept.filter(isStreamedFile);
}
