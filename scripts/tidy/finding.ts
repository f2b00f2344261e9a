/** Something to mend, and how. */
export interface Finding {
  readonly file: string;
  readonly line?: number;
  readonly text: string;
}

/** `file:line: text`, as editors and people read it. */
export function findingText({ file, line, text }: Finding): string {
  return `${file}${line === undefined ? "" : `:${line}`}: ${text}`;
}
