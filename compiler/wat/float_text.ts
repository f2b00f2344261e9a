/** A float as WebAssembly text that reads back as the same bits. */
export function floatText(value: number): string {
  const rounded = Math.fround(value);
  if (Number.isNaN(rounded)) return "nan";
  if (!Number.isFinite(rounded)) return rounded < 0 ? "-inf" : "inf";
  // nine digits are enough for every 32-bit float
  return Object.is(rounded, -0) ? "-0" : String(Number(rounded.toPrecision(9)));
}
