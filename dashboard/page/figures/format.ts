/** Numbers and times as people read them at a glance. Digits keep their places, so that a changing number does not jump. */

const minus = "−";

/** A level in dB to a tenth: "−6.2", "−∞" below `floorDb`. */
export function levelText(db: number, floorDb = -100): string {
  if (!(db > floorDb)) return `${minus}∞`;
  return signed(db.toFixed(1));
}

/** A number in the unit of a parameter, with as many digits as are of use: "1.25 kHz", "−6.0 dB", "120 ms". */
export function valueText(value: number, unit: string): string {
  const [number, shown] = scaled(value, unit);
  return shown === "" ? number : `${number} ${shown}`;
}

/** The unit of a parameter as the page writes it; empty: none. */
export function unitText(unit: string): string {
  return unit === "1" ? "" : unit === "semitones" ? "st" : unit;
}

/** The mark of a value on a logarithmic axis, at 1, 2 and 5 of each decade: "20", "1k", "0.2"; empty: this one has none. */
export function decadeMark(value: number): string {
  const round = Number(value.toPrecision(6));
  if (!/^[125]e/.test(round.toExponential())) return "";
  return round >= 1_000 ? `${round / 1_000}k` : String(round);
}

/** The unscaled number, for a field that is typed into. */
export function numberText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function scaled(value: number, unit: string): [number: string, unit: string] {
  const size = Math.abs(value);
  if (unit === "Hz" && size >= 1_000) return [signed(significant(value / 1_000)), "kHz"];
  if (unit === "s" && size > 0 && size < 1) return [signed(significant(value * 1_000)), "ms"];
  if (unit === "dB") return [signed(value.toFixed(1)), "dB"];
  return [signed(significant(value)), unitText(unit)];
}

/** Three digits that say something. */
function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || value === 0) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : 2);
}

function signed(text: string): string {
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", minus);
}

/** A part of the whole: "7 %", "0.4 %" below one. */
export function percentText(part: number): string {
  const percent = part * 100;
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

/** How long something lasts: "42 s", "3:07", "2:05:09", "3 d 04:10". */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const [s, m, h] = [whole % 60, Math.floor(whole / 60) % 60, Math.floor(whole / 3_600) % 24];
  const days = Math.floor(whole / 86_400);
  if (days > 0) return `${days} d ${two(h)}:${two(m)}`;
  return whole < 3_600 ? `${m}:${two(s)}` : `${h}:${two(m)}:${two(s)}`;
}

/** How long ago something was: "now", "8 s ago", "3 min ago", "2 h ago". */
export function agoText(seconds: number): string {
  if (seconds < 1.5) return "now";
  if (seconds < 99) return `${Math.round(seconds)} s ago`;
  if (seconds < 5_940) return `${Math.round(seconds / 60)} min ago`;
  return `${Math.round(seconds / 3_600)} h ago`;
}

/** Time of day on the page's machine: "21:04:09"; with thousandths where asked. */
export function clockText(unixMs: number, withMs = false): string {
  const date = new Date(unixMs);
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMs ? `${text}.${String(date.getMilliseconds()).padStart(3, "0")}` : text;
}

/** Sizes of files: "840 kB", "12.4 MB". */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1_000;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? size.toFixed(0) : size.toFixed(1)} ${units[unit]}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
