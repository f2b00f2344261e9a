import type { PatchFormat } from "../graph/compiled_patch.ts";
import type { PatchGraph } from "../graph/graph.ts";
import type { ArenaPlan } from "../plan/arena.ts";

/** Everything that the text of a module is written from. */
export interface TextSource {
  /** With the facts of its samples as constants. */
  readonly patch: PatchGraph;
  readonly plan: ArenaPlan;
  readonly format: PatchFormat;
}
