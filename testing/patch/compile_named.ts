import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import { compileGraph } from "../../compiler/compile.ts";
import { patchNamed } from "../../patches/ready/catalogue.ts";
import { PatchSource, type SampleSource } from "../../patches/loading/patch_source.ts";

/**
 * Compiles the patch of this name for an output format. Throws `PatchUnknownError`, and `PatchError` for one
 * that plays sound files and does not get them.
 */
export function compilePatch(name: string, format: PatchFormat, samples?: SampleBank): CompiledPatch {
  return compileGraph(patchNamed(name).build(format), format, samples);
}

/** Compiles the patch of this name with the sound files that come with it. Throws `PatchUnknownError`. */
export function compileWithSamples(
  name: string,
  format: PatchFormat,
  samples: SampleSource,
): Promise<CompiledPatch> {
  return new PatchSource({ format, samples }).compile(name);
}
