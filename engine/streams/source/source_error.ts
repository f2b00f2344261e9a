/** A sound file cannot be opened or read; the message names the file, the place in it, and the remedy. */
export class SourceError extends Error {
  override readonly name = "SourceError";

  constructor(readonly path: string, problem: string, options?: ErrorOptions) {
    super(`sound file ${path}: ${problem}`, options);
  }
}
