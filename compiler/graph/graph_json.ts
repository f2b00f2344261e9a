import type { PatchGraph } from "./graph.ts";

/** Numbers that signals know and JSON does not, as words. */
export const unwrittenNumbers = ["Infinity", "-Infinity", "NaN", "-0"] as const;

/** JSON text of a graph; `graphFromJson` in `validate.ts` reads it back, bit for bit. */
export function graphToJson(graph: PatchGraph): string {
  return JSON.stringify(
    graph,
    (_key, value) =>
      typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
        ? (Object.is(value, -0) ? "-0" : String(value))
        : value,
  );
}
