/**
 * An id in the form of those of QLab, computed from a text: the same text has the same id at every start. Keys of cues may hold slashes,
 * which ids in addresses may not (FNV-1a, four times).
 */
export function qlabId(text: string): string {
  const words = [0, 1, 2, 3].map((salt) => {
    let hash = 0x811C9DC5 ^ salt;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    return (hash >>> 0).toString(16).toUpperCase().padStart(8, "0");
  });
  const digits = words.join("");
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map(([from, to]) => digits.slice(from, to)).join(
    "-",
  );
}
