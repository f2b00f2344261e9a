/** Compares at most this many characters: the cost is quadratic and the word comes from the network. */
const maxWordLength = 64;

/** The candidate with the smallest edit distance; the first of several. */
export function nearest(word: string, candidates: readonly string[]): string {
  return nearestFew(word, candidates, 1)[0];
}

/** The `count` candidates with the smallest edit distances, the nearest first; equal ones in their order. */
export function nearestFew(word: string, candidates: readonly string[], count: number): string[] {
  const start = word.slice(0, maxWordLength);
  const best: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    const limit = best.length < count ? Infinity : best[count - 1].distance;
    const distance = editDistance(start, candidate, limit);
    if (distance >= limit) continue;
    const place = best.findIndex((other) => distance < other.distance);
    best.splice(place < 0 ? best.length : place, 0, { candidate, distance });
    if (best.length > count) best.pop();
  }
  return best.map(({ candidate }) => candidate);
}

/** Insertions, deletions and substitutions between two words (Levenshtein); at least `limit` when there are that many. */
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
