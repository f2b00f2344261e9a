import type { Polyphony } from "../graph/graph.ts";

/** Place of each voice of a unison, from -1 to 1, and its distance from the note in semitones. */
export function spreadOf({ unison, detuneCents }: Polyphony) {
  return Array.from({ length: unison }, (_, place) => {
    const spread = unison === 1 ? 0 : 2 * place / (unison - 1) - 1;
    return { spread, detune: spread * detuneCents / 200 };
  });
}

/** Distance in semitones of a unison's voice from its note, for a spread of 1. */
export function widestDetune({ unison, detuneCents }: Polyphony): number {
  return unison === 1 ? 0 : Math.fround(detuneCents / 200);
}
