import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import { compileGraph } from "../../compiler/compile.ts";
import { sampleFolderOf } from "./sample_folder.ts";
import { patchNamed } from "../ready/catalogue.ts";

/** What decodes sound files: `SampleLoader` does. */
export interface SampleSource {
  /** @param folder where the files are, below which the names lie */
  load(folder: string, names: readonly string[]): Promise<SampleBank | undefined>;
}

/**
 * Compiles the patch of this name for an output format. Throws {@link PatchUnknownError}, and `PatchError` for one that plays
 * sound files and does not get them.
 */
export function compilePatch(name: string, format: PatchFormat, samples?: SampleBank): CompiledPatch {
  return compileGraph(patchNamed(name).build(format), format, samples);
}

/** Compiles the patch of this name with the sound files that come with it. Throws {@link PatchUnknownError}. */
export async function compileWithSamples(
  name: string,
  format: PatchFormat,
  source: SampleSource,
): Promise<CompiledPatch> {
  const { samples = [] } = patchNamed(name).build(format);
  return compilePatch(name, format, await source.load(sampleFolderOf(name, undefined), samples));
}
