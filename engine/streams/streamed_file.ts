/** A sound file that can be played from the disk, as a session records it and as a restart finds it again. */
export interface StreamedFile {
  /** By which the log names it; never 0, never used twice. */
  readonly number: number;
  /** As senders name it. */
  readonly name: string;
  readonly path: string;
  readonly channels: number;
  /** Length at the engine's rate. */
  readonly frames: number;
  /** Of the whole file, hexadecimal; empty while it is not known. */
  readonly sha256: string;
}

/** A place in a file, by its number. */
export interface PlacedStream {
  readonly file: number;
  readonly frame: number;
}

/** Whether a value is one. */
export function isStreamedFile(value: unknown): value is StreamedFile {
  const file = value as Partial<StreamedFile> | null;
  return typeof file === "object" && Number.isInteger(file?.number) && Number.isInteger(file?.channels) &&
    Number.isInteger(file?.frames) && typeof file?.name === "string" && typeof file.path === "string" &&
    typeof file.sha256 === "string";
}
