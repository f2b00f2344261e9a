import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import { compileGraph } from "../../compiler/compile.ts";
import { patchNamed } from "../../patches/ready/catalogue.ts";
import { PatchSource, type SampleSource } from "../../patches/loading/patch_source.ts";

/** What was compiled without sound files, by name and format: a file with many engines plays the same patch in all of them. */
const compiled = new Map<string, CompiledPatch>();

/**
 * The patch of this name, compiled for an output format, once in a process. Throws `PatchUnknownError`, and `PatchError`
 * for one that plays sound files and does not get them.
 */
export function compilePatch(name: string, format: PatchFormat, samples?: SampleBank): CompiledPatch {
  const compile = () => compileGraph(patchNamed(name).build(format), format, samples);
  if (samples) return compile();
  const key = JSON.stringify([name, format]);
  const known = compiled.get(key) ?? compile();
  compiled.set(key, known);
  return known;
}

/** Compiles the patch of this name with the sound files that come with it. Throws `PatchUnknownError`. */
export function compileWithSamples(
  name: string,
  format: PatchFormat,
  samples: SampleSource,
): Promise<CompiledPatch> {
  return new PatchSource({ format, samples }).compile(name);
}
