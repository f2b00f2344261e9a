/** A part of a recording that is silence because the disk was too slow. */
export interface Loss {
  /** Frames since the recording began. */
  readonly frame: number;
  readonly frames: number;
}

/** Bytes to be appended to a file, and the frames that are in it with them. */
export interface Encoded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly frames: number;
}

/** Turns samples into the bytes of one kind of file. Knows no file; recorder thread. */
export interface Encoding {
  /** The beginning of the file while it grows, for a number of frames; the length is always the same. */
  header(frames: number): Uint8Array<ArrayBuffer>;
  /** Whether a longer file needs another beginning, so that it can be opened at any moment. */
  readonly headerFollows: boolean;
  /** Appends interleaved samples of whole frames. */
  encode(samples: Float32Array<ArrayBuffer>): Encoded;
  /** What is left at the end. */
  finish(): Encoded;
  /** What stands behind all samples, and the beginning of the file that is whole. */
  close(
    losses: readonly Loss[],
  ): { readonly tail: Uint8Array<ArrayBuffer>; readonly header: Uint8Array<ArrayBuffer> };
}
