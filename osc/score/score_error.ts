/** A score that cannot be read; the message begins with the file and the line or byte. */
export class ScoreError extends Error {
  override readonly name = "ScoreError";

  /** @param where file and line, or file and byte */
  constructor(where: string, reason: string, options?: ErrorOptions) {
    super(`${where}: ${reason}`, options);
  }
}
