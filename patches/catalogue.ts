import type { CompiledPatch, PatchFormat } from "../modules/compiled_patch.ts";
import { sines } from "./sines.ts";

/** Every patch that can be named in `UNDERSTUDY_PATCH`. */
const patches: Readonly<Record<string, (format: PatchFormat) => Promise<CompiledPatch>>> = { sines };

export const patchNames: readonly string[] = Object.keys(patches);

/** No patch has this name; the message lists those there are. */
export class PatchUnknown extends Error {
  override readonly name = "PatchUnknown";
}

/** Compiles the patch of this name for an output format. Throws {@link PatchUnknown}. */
export function compilePatch(name: string, format: PatchFormat): Promise<CompiledPatch> {
  const build = patches[name];
  if (!build) throw new PatchUnknown(`there is no patch "${name}"; there are: ${patchNames.join(", ")}`);
  return build(format);
}
