/** Mistakes of a show as the engine tells them, each with its place in the text. */

export interface ShowMistake {
  /** Both from 1 on; omitted: it has no place. */
  readonly line?: number;
  readonly column?: number;
  readonly text: string;
}

/** The mistakes of a refusal: one a line, `FILE:LINE:COLUMN: text` or `LINE:COLUMN: text`. */
export function mistakesOf(reason: string): ShowMistake[] {
  return reason.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const [, row, column, text] = /(?:^|[:\s])(\d+):(\d+): (.*)$/.exec(line) ?? [];
    return row === undefined ? { text: line } : { line: Number(row), column: Number(column), text };
  });
}

/** Where a place is in a text, from 0 on. */
export function offsetOf(text: string, { line = 1, column = 1 }: ShowMistake): number {
  let start = 0;
  for (let row = 1; row < line; row++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return Math.min(text.length, start + column - 1);
}
