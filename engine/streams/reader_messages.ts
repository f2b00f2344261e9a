/** Messages between the main isolate and the thread that reads streams. */

/** The data that the thread begins with. */
export interface StreamReaderStart {
  readonly buffer: SharedArrayBuffer;
}

/** A message to the thread. */
export type StreamReaderRequest =
  /** Opens a file and keeps its beginning, and places in it, in memory. A frame of undefined: it has not been opened before. */
  | { readonly kind: "open"; readonly file: number; readonly path: string }
  | { readonly kind: "pin"; readonly file: number; readonly frame: number }
  | { readonly kind: "close"; readonly file: number }
  /** Reads nothing for a time: a fault of tests. */
  | { readonly kind: "stall"; readonly ms: number }
  /** Ends the process that decodes: a fault of tests. */
  | { readonly kind: "fall" };

/** A message from the thread. */
export type StreamReaderReport =
  /** The file is open, and its beginning is in memory. */
  | { readonly kind: "armed"; readonly file: number; readonly channels: number; readonly frames: number }
  /** A place that was to be kept is in memory. */
  | { readonly kind: "pinned"; readonly file: number; readonly frame: number }
  | { readonly kind: "failed"; readonly file: number; readonly problem: string }
  | { readonly kind: "hashed"; readonly file: number; readonly sha256: string }
  /** Something went wrong that is over already. */
  | { readonly kind: "loss"; readonly text: string }
  /** Something about a file that is worth knowing: it plays all the same. */
  | { readonly kind: "warning"; readonly text: string };
