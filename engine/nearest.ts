/** Of what was written, so much is compared, in characters: words come from the network, and comparing is quadratic. */
const longestWord = 64;

/** The candidate with the smallest edit distance. */
export function nearest(word: string, candidates: readonly string[]): string {
  const start = word.slice(0, longestWord);
  return candidates.map((candidate) => ({ candidate, distance: editDistance(start, candidate) }))
    .reduce((best, next) => next.distance < best.distance ? next : best).candidate;
}

/** Insertions, deletions and substitutions between two words (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
