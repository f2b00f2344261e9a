/**
 * The scale of the output meters: piecewise linear in dB as IEC 60268-18 draws it, so that the upper 20 dB, which matter, take half of
 * the height, and the page shows what falls below −60 dB as nothing.
 */

/** Levels in dB with their heights as parts of the whole. */
const points: readonly (readonly [db: number, height: number])[] = [
  [-60, 0],
  [-50, 0.075],
  [-40, 0.15],
  [-30, 0.3],
  [-20, 0.5],
  [0, 1],
];

/** Levels at which the scale has a line. */
export const scaleMarksDb: readonly number[] = [0, -3, -6, -12, -18, -24, -30, -40, -60];

/** Where a level stands on the scale: 0 at −60 dB and below, 1 at full scale and beyond. */
export function meterHeight(db: number): number {
  if (!(db > points[0][0])) return 0;
  for (let index = 1; index < points.length; index++) {
    const [low, from] = points[index - 1];
    const [high, to] = points[index];
    if (db <= high) return from + (db - low) / (high - low) * (to - from);
  }
  return 1;
}
