/** A factor as a level in dB, to a tenth, as people read it; -Infinity for 0. */
export function decibels(factor: number): number {
  return Math.round(200 * Math.log10(factor)) / 10;
}

/** The same with its sign and unit, e.g. "+3.2 dB". */
export function decibelText(factor: number): string {
  const level = decibels(factor);
  return `${level > 0 ? "+" : ""}${level.toFixed(1)} dB`;
}
