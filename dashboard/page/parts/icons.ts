/** Signs that say the same as a colour, for eyes that do not tell colours apart. All are drawn; none is a font. */
import type { VNode } from "preact";
import type { HeadlineLevel } from "../state/headline.ts";
import { html } from "../html.ts";

const signs: Readonly<Record<HeadlineLevel, string>> = {
  // waves that leave a source
  good:
    "M6 24a4 4 0 1 0 8 0a4 4 0 1 0-8 0M21 13a15 15 0 0 1 0 22M29 7a24 24 0 0 1 0 34M37 2a33 33 0 0 1 0 44",
  // a source without waves
  quiet: "M6 24a4 4 0 1 0 8 0a4 4 0 1 0-8 0M24 24h18",
  // a triangle with a mark
  warning: "M24 5L45 42H3ZM24 18v12M24 35v2",
  // a cross in a square
  bad: "M5 5H43V43H5ZM15 15L33 33M33 15L15 33",
  // a ring with gaps and a question
  unknown:
    "M24 4a20 20 0 0 1 17 9M44 24a20 20 0 0 1-9 17M24 44a20 20 0 0 1-17-9M4 24a20 20 0 0 1 9-17M18 19a6 6 0 1 1 8 6q-2 1-2 4M24 33v2",
};

/** The sign of a state. */
export function stateSign(level: HeadlineLevel): VNode {
  return html`
    <svg class="sign" viewBox="0 0 48 48" aria-hidden="true">
      <path d=${signs[level]} />
    </svg>
  `;
}
