/**
 * Where a sound file is after so many frames: parts of the file, each played a number of times. Frames of the file are frames at
 * the engine's rate. A distance is counted in frames of the file from the beginning of the first part; at rate 2 a frame of the
 * engine is a distance of 2.
 */

/** One part of a file. */
export interface PlanPart {
  readonly from: number;
  /** The first frame that does not belong to it; null: the end of a file whose length is not known. */
  readonly to: number | null;
  /** Passes; null: until it is told to go on. */
  readonly count: number | null;
}

/** A place in a plan. */
export interface PlanPlace {
  readonly part: number;
  /** Whole passes of the part that lie before. */
  readonly pass: number;
  /** In the file. */
  readonly position: number;
}

/** Distance from the beginning to the end; null: it does not end by itself, or its end is not known. */
export function planLength(parts: readonly PlanPart[]): number | null {
  let sum = 0;
  for (const part of parts) {
    const length = partLength(part);
    if (length === null) return null;
    sum += length;
  }
  return sum;
}

/** The place at a distance; undefined: behind the end. */
export function placeAt(parts: readonly PlanPart[], distance: number): PlanPlace | undefined {
  let left = distance;
  for (const [index, part] of parts.entries()) {
    const length = partLength(part);
    if (length !== null && left >= length) {
      left -= length;
      continue;
    }
    const once = part.to === null ? Infinity : part.to - part.from;
    const pass = Math.floor(left / once);
    return { part: index, pass, position: part.from + left - (pass === 0 ? 0 : pass * once) };
  }
  return undefined;
}

/** What is left of a plan from a distance on: its first part begins there, in the pass that plays. */
export function planFrom(
  parts: readonly PlanPart[],
  distance: number,
): { readonly position: number; readonly parts: readonly PlanPart[] } | undefined {
  const place = placeAt(parts, distance);
  if (place === undefined) return undefined;
  const [current, ...rest] = parts.slice(place.part);
  const count = current.count === null ? null : current.count - place.pass;
  return { position: place.position, parts: [{ ...current, count }, ...rest] };
}

/** The plan that leaves the part which plays at a distance at the end of its pass, and the distance of that end; null: it has none. */
export function leaveLoop(
  parts: readonly PlanPart[],
  distance: number,
): { readonly parts: readonly PlanPart[]; readonly end: number | null } | undefined {
  const place = placeAt(parts, distance);
  if (place === undefined) return undefined;
  const changed = parts.map((part, index) =>
    index === place.part ? { ...part, count: place.pass + 1 } : part
  );
  return { parts: changed, end: planLength(changed.slice(0, place.part + 1)) };
}

function partLength({ from, to, count }: PlanPart): number | null {
  return to === null || count === null ? null : (to - from) * count;
}
