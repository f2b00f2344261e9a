/** Messages between the main isolate and the recorder thread. */
import type { Loss } from "./encoding.ts";
import type { RecordingStart } from "./recording_start.ts";

/** The data that the thread begins with. */
export interface RecorderThreadStart {
  readonly buffer: SharedArrayBuffer;
  /** What is recorded. Its file exists; its block is the first that may have been kept, unless it is gone on with. */
  readonly start: RecordingStart;
  /** The thread goes on with what another process has written, as the shared memory says. */
  readonly goesOn: boolean;
  /** The recording ends before less than this is free on its disk, in bytes. */
  readonly minFreeBytes: number;
}

/** A message to the thread: nothing is recorded from this block on. */
export interface RecorderRequest {
  readonly endBlock: number;
}

/** A message from the thread. */
export type RecorderReport =
  /** The first block is known. */
  | { readonly kind: "begun"; readonly start: RecordingStart }
  | ({ readonly kind: "lost" } & Loss)
  /** The file is closed; with a problem, it ended before it was asked to. */
  | { readonly kind: "ended"; readonly frames: number; readonly problem: string };
