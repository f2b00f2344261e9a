/** The files that are armed, as a file of the run, for a control process that takes over. Main isolate. */
import { readIfThere } from "../../foundation/read_if_there.ts";
import { writeWhole } from "../../foundation/write_whole.ts";
import { isStreamedFile, type PlacedStream, type StreamedFile } from "./streamed_file.ts";

/** Files that are armed, and places in them that are. */
export interface KeptStreams {
  readonly files: readonly StreamedFile[];
  readonly places: readonly PlacedStream[];
}

/** Keeps them. Throws what the system says where the file cannot be written. */
export function keepFiles(file: string, { files, places }: KeptStreams): void {
  const kept = files.map((one) => ({
    ...one,
    places: places.filter((place) => place.file === one.number).map(({ frame }) => frame),
  }));
  writeWhole(file, JSON.stringify(kept));
}

/** What was kept last; empty where nothing was. */
export function keptFiles(file: string): KeptStreams {
  const kept = JSON.parse(readIfThere(file) ?? "[]") as unknown[];
  const whole = kept.filter(isStreamedFile).map((one): readonly [StreamedFile, readonly number[]] => {
    const { places = [], ...streamed } = one as StreamedFile & { readonly places?: readonly number[] };
    return [streamed, places];
  });
  return {
    files: whole.map(([streamed]) => streamed),
    places: whole.flatMap(([{ number }, frames]) => frames.map((frame) => ({ file: number, frame }))),
  };
}
