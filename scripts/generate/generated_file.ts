/** A file, or a part of one, that is written from declarations in the code. */
export interface GeneratedFile {
  /** From the root of the project. */
  readonly path: string;
  /** Where its content is declared. */
  readonly source: string;
  /**
   * What the file should hold. `current` is what it holds now, or "" when there is none: a file that is written in part,
   * such as a table in the README, keeps the rest of it.
   */
  text(current: string): string;
}
