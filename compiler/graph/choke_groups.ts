/** The first fault of an instrument's choke groups, for an error text; undefined: none. */
export function chokeProblem(groups: unknown): string | undefined {
  if (!Array.isArray(groups) || !groups.every(Array.isArray)) {
    return "expected lists of notes, e.g. [[42, 44, 46]]";
  }
  const notes: unknown[] = groups.flat();
  const wrong = notes.find((note) =>
    !Number.isInteger(note) || (note as number) < 0 || (note as number) > 127
  );
  if (wrong !== undefined) return `expected whole notes from 0 to 127, found ${wrong}`;
  const twice = notes.find((note, place) => notes.indexOf(note) < place);
  if (twice !== undefined) return `expected each note once, found ${twice} again`;
  return groups.some((group) => group.length < 2) ? "expected groups of two notes or more" : undefined;
}
