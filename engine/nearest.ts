/** Of what was written, so much is compared, in characters: words come from the network, and comparing is quadratic. */
const longestWord = 64;

/** The candidate with the smallest edit distance; of several, the first. */
export function nearest(word: string, candidates: readonly string[]): string {
  const start = word.slice(0, longestWord);
  let best = candidates[0];
  let least = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(start, candidate, least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions and substitutions between two words (Levenshtein); `limit` or more where there are as many. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  const row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    let diagonal = row[0];
    let smallest = row[0] = i;
    for (let j = 1; j <= b.length; j++) {
      const distance = Math.min(
        row[j] + 1,
        row[j - 1] + 1,
        diagonal + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1),
      );
      diagonal = row[j];
      row[j] = distance;
      if (distance < smallest) smallest = distance;
    }
    if (smallest >= limit) return limit;
  }
  return row[b.length];
}
