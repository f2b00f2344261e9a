import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { Patch } from "../../modules/patch.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import { compileGraph } from "../../compiler/compile.ts";
import { bass } from "./bass.ts";
import { cues } from "./cues.ts";
import { drone } from "./drone.ts";
import { drums } from "./drums.ts";
import { harp } from "./harp.ts";
import { keys } from "./keys.ts";
import { pad } from "./pad.ts";
import { piano } from "./piano.ts";
import { rack } from "./rack.ts";
import { sampleFolderOf } from "../loading/sample_folder.ts";
import { sampler } from "./sampler.ts";
import { sines } from "./sines.ts";

/** Every patch that can be played by its name. */
export const patches: Readonly<Record<string, Patch>> = {
  sines,
  keys,
  piano,
  bass,
  pad,
  harp,
  drums,
  drone,
  rack,
  cues,
  sampler,
};

export const patchNames: readonly string[] = Object.keys(patches);

/** No patch has this name; the message lists those there are. */
export class PatchUnknown extends Error {
  override readonly name = "PatchUnknown";
}

/** The patch of this name. Throws {@link PatchUnknown}. */
export function patchNamed(name: string): Patch {
  if (Object.hasOwn(patches, name)) return patches[name];
  throw new PatchUnknown(
    `there is no patch "${name}"; there are: ${patchNames.join(", ")}. A patch file ends in .ts`,
  );
}

/**
 * Compiles the patch of this name for an output format. Throws {@link PatchUnknown}, and `PatchInvalid` for one that plays
 * sound files and does not get them.
 */
export function compilePatch(name: string, format: PatchFormat, samples?: SampleBank): CompiledPatch {
  return compileGraph(patchNamed(name).build(format), format, samples);
}

/** What decodes sound files: `SampleLoader` does. */
export interface SampleSource {
  /** @param folder where the files are, below which the names lie */
  load(folder: string, names: readonly string[]): Promise<SampleBank | undefined>;
}

/** Compiles the patch of this name with the sound files that come with it. Throws {@link PatchUnknown}. */
export async function compileWithSamples(
  name: string,
  format: PatchFormat,
  source: SampleSource,
): Promise<CompiledPatch> {
  const { samples = [] } = patchNamed(name).build(format);
  return compilePatch(name, format, await source.load(sampleFolderOf(name, undefined), samples));
}
