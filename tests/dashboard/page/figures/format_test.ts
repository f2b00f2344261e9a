import { strictEqual } from "node:assert/strict";
import {
  agoText,
  bytesText,
  clockText,
  decadeMark,
  durationText,
  levelText,
  numberText,
  percentText,
  unitText,
  valueText,
} from "../../../../dashboard/page/figures/format.ts";

Deno.test("levels are written to a tenth, with the sign of minus, and nothing as minus infinity", () => {
  strictEqual(levelText(-6.24), "−6.2");
  strictEqual(levelText(0), "0.0");
  strictEqual(levelText(-0.04), "0.0");
  strictEqual(levelText(3), "3.0");
  strictEqual(levelText(-200), "−∞");
  strictEqual(levelText(-61, -60), "−∞");
  strictEqual(levelText(NaN), "−∞");
});

Deno.test("values have three digits that say something, in a unit that people use", () => {
  strictEqual(valueText(1_250, "Hz"), "1.25 kHz");
  strictEqual(valueText(440, "Hz"), "440 Hz");
  strictEqual(valueText(0.12, "s"), "120 ms");
  strictEqual(valueText(2.4, "s"), "2.40 s");
  strictEqual(valueText(0, "s"), "0 s");
  strictEqual(valueText(-6, "dB"), "−6.0 dB");
  strictEqual(valueText(0.5, "1"), "0.50");
  strictEqual(valueText(-12, "semitones"), "−12.0 st");
  strictEqual(unitText("1"), "");
  strictEqual(numberText(0.1 + 0.2), "0.3");
});

Deno.test("parts of the whole have a tenth below ten percent", () => {
  strictEqual(percentText(0), "0 %");
  strictEqual(percentText(0.0042), "0.4 %");
  strictEqual(percentText(0.0996), "10 %");
  strictEqual(percentText(0.234), "23 %");
});

Deno.test("durations and ages are as long as they need to be", () => {
  strictEqual(durationText(42.9), "42 s");
  strictEqual(durationText(187), "3:07");
  strictEqual(durationText(7_509), "2:05:09");
  strictEqual(durationText(3 * 86_400 + 4 * 3_600 + 600), "3 d 04:10");
  strictEqual(durationText(-1), "0 s");
  strictEqual(agoText(0.4), "now");
  strictEqual(agoText(8), "8 s ago");
  strictEqual(agoText(180), "3 min ago");
  strictEqual(agoText(7_200), "2 h ago");
});

Deno.test("sizes and times of day", () => {
  strictEqual(bytesText(12), "12 B");
  strictEqual(bytesText(840_000), "840 kB");
  strictEqual(bytesText(12_400_000), "12.4 MB");
  strictEqual(bytesText(999_700), "1.0 MB");
  strictEqual(clockText(new Date(2026, 0, 2, 9, 4, 7, 30).getTime()), "09:04:07");
  strictEqual(clockText(new Date(2026, 0, 2, 9, 4, 7, 30).getTime(), true), "09:04:07.030");
});

Deno.test("a logarithmic axis has marks at 1, 2 and 5 of each decade", () => {
  const marked = [0.1, 0.2, 0.30000000000000004, 0.5, 1, 3, 20, 90, 500, 1_000, 20_000].map(decadeMark);
  strictEqual(marked.join(" "), "0.1 0.2  0.5 1  20  500 1k 20k");
});
