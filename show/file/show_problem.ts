/** A place in the text of a show, both from 1 on. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A mistake in a show, for which it is refused, or a warning. */
export interface ShowProblem extends Place {
  readonly severity: "mistake" | "warning";
  /** Names the cue, what was expected, what was found, and the remedy. */
  readonly text: string;
}
