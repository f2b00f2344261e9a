import type { Graph } from "../graph/graph.ts";
import type { SampleBank } from "../graph/sample_bank.ts";
import type { ArenaPlan } from "../plan/arena.ts";
import type { TextSource } from "./text_source.ts";

/**
 * Instructions mean the arena unless they name `$samples`: the first memory is the arena, so it is imported beside the other.
 */
export function memoryText({ bytes }: ArenaPlan, samples: SampleBank | undefined): string[] {
  const pages = bytes / 65_536;
  if (!samples) return [`  (memory (export "memory") ${pages} ${pages})`];
  const samplePages = samples.memory.buffer.byteLength / 65_536;
  return [
    `  (import "understudy" "memory" (memory $arena ${pages} ${pages}))`,
    `  (import "understudy" "samples" (memory $samples ${samplePages} ${samplePages} shared))`,
    `  (export "memory" (memory $arena))`,
  ];
}

/** Data segments of all tables. */
export function tableData({ patch, plan }: TextSource): string[] {
  const data = (offsets: readonly number[], graph: Graph) =>
    graph.tables.map((values, index) => {
      const bytes = new Uint8Array(Float32Array.from(values).buffer);
      const text = Array.from(bytes, (byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
      return `  (data (i32.const ${offsets[index]}) "${text}")`;
    });
  return [
    ...patch.instruments.flatMap(({ voice }, index) => data(plan.instruments[index].tables, voice)),
    ...data(plan.mainTables, patch.main),
  ];
}
