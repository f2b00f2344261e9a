import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { planArena } from "../../compiler/plan/arena.ts";
import type { TextSource } from "../../compiler/wat/text_source.ts";
import type { Patch } from "../../modules/patch.ts";
import { testFormat } from "../patch_player.ts";

/** What the text of a patch is written from; for patches without samples. */
export function textSourceOf(patch: Patch, format: Partial<PatchFormat> = {}): TextSource {
  const whole = { ...testFormat, ...format };
  const graph = patch.build(whole);
  return { patch: graph, plan: planArena(graph, whole), format: whole };
}
