/** Times of cues as an operator reads them. Digits keep their places. */

/** A time that counts down: "4.2", "1:04.2", "1:02:04". Rounded up, so that it is nothing only at the end. */
export function remainingText(seconds: number): string {
  const tenths = Math.max(0, Math.ceil(seconds * 10 - 1e-6));
  if (tenths >= 36_000) return clock(Math.ceil(tenths / 10));
  const [minutes, rest] = [Math.floor(tenths / 600), tenths % 600];
  const text = (rest / 10).toFixed(1);
  return minutes === 0 ? text : `${minutes}:${text.padStart(4, "0")}`;
}

/** A length or wait in the list: "4 s", "0.5 s", "1:04", "1:02:04"; empty: none. */
export function lengthText(seconds: number): string {
  if (seconds === 0) return "";
  if (seconds >= 59.95) return clock(Math.round(seconds));
  return `${Number(seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1))} s`;
}

/** "1:04", "1:02:04". */
function clock(seconds: number): string {
  const [s, m, h] = [seconds % 60, Math.floor(seconds / 60) % 60, Math.floor(seconds / 3_600)];
  const two = (number: number) => String(number).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
