/** How a slider maps to a parameter: by the curve of its declaration, in whole steps of which an arrow key moves one. */
import type { PatchMessage } from "../../protocol.ts";

/** What a control needs of a declaration. */
export type ControlRange = Pick<PatchMessage["parameters"][number], "min" | "max" | "curve">;

/** Steps of a slider from its least to its most. */
export const sliderSteps = 200;

/** Where a value stands, in steps, not rounded. */
export function stepOf({ min, max, curve }: ControlRange, value: number): number {
  if (max <= min) return 0;
  const part = isExponential({ min, max, curve })
    ? Math.log(value / min) / Math.log(max / min)
    : (value - min) / (max - min);
  return sliderSteps * Math.min(1, Math.max(0, part));
}

/** The value of a step. */
export function valueOfStep({ min, max, curve }: ControlRange, step: number): number {
  const part = Math.min(1, Math.max(0, step / sliderSteps));
  if (part === 1) return max;
  return isExponential({ min, max, curve }) ? min * (max / min) ** part : min + (max - min) * part;
}

/** A number as it was typed, "1.5k" and "2,5" too, inside the range; undefined: it is none. */
export function typedValue({ min, max }: ControlRange, text: string): number | undefined {
  const match = /^\s*([+−-]?\d*[.,]?\d+(?:e[+-]?\d+)?)\s*(k?)\s*[a-z%]*\s*$/i.exec(text);
  if (!match) return undefined;
  const number = Number(match[1].replace(",", ".").replace("−", "-")) * (match[2] === "" ? 1 : 1_000);
  return Number.isFinite(number) ? Math.min(max, Math.max(min, number)) : undefined;
}

/** A range that begins at or below zero has no logarithm. */
function isExponential({ min, max, curve }: ControlRange): boolean {
  return curve === "exponential" && min > 0 && max > min;
}

/** Parameters of one group, which is the first part of their address. */
export interface ParameterGroup<T> {
  readonly name: string;
  readonly members: readonly { readonly index: number; readonly label: string; readonly parameter: T }[];
}

/** The groups in the order of their first parameter, with the label of each: the rest of its address as words. */
export function parameterGroups<T extends { readonly address: string }>(
  parameters: readonly T[],
): ParameterGroup<T>[] {
  const groups = new Map<string, { index: number; label: string; parameter: T }[]>();
  parameters.forEach((parameter, index) => {
    const [group, ...rest] = parameter.address.split("/");
    const members = groups.get(group) ?? [];
    groups.set(group, members);
    members.push({ index, label: labelOf(rest.join(" ") || group), parameter });
  });
  return [...groups].map(([name, members]) => ({ name, members }));
}

/** "cutoffHz" as "Cutoff": the unit stands beside the value. */
function labelOf(name: string): string {
  const words = name.replace(/(Hz|Db|Seconds|Semitones)$/, "").replace(/([a-z\d])([A-Z])/g, "$1 $2").trim()
    .toLowerCase();
  return words === "" ? name : words[0].toUpperCase() + words.slice(1);
}
