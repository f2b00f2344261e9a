/**
 * From a patch graph to a module that plays: WebAssembly text, put together from one fused function for each instrument
 * and one for the output, the note functions, and the parameters.
 *
 * Each fused function exists at least twice. Parameters that are given a new value go there in a straight ramp, so what depends on
 * them has to be computed in every frame; but once they have arrived they stand still until the next command. So there
 * is a function for moving parameters and one for resting ones, in which all their consequences (a filter's tangent, a
 * gain's power of two) are computed once a call. Voices have a third, for notes that are past their attack (`quiet.ts`),
 * and a fourth for two groups of such voices side by side (`twin.ts`). All do the same arithmetic, so the choice changes
 * no bit.
 */
import {
  type CompiledPatch,
  hostRegionBytes,
  type PatchFormat,
  type SampleList,
} from "./graph/compiled_patch.ts";
import type { PatchGraph } from "./graph/graph.ts";
import type { SampleBank } from "./graph/sample_bank.ts";
import { type ArenaPlan, planArena, voiceField } from "./plan/arena.ts";
import { resolveSamples } from "./plan/resolve_samples.ts";
import { stateRegions } from "./plan/state_regions.ts";
import { assemble } from "./wasm/assemble.ts";
import { noteEndedText } from "./wat/ended_notes.ts";
import { initializeText } from "./wat/initialize.ts";
import { instrumentRenderText, reduceText } from "./wat/instrument.ts";
import { mainKernels } from "./wat/main_kernels.ts";
import { memoryText, tableData } from "./wat/memory.ts";
import { noteExportsText } from "./wat/note_exports.ts";
import { getParameterText, rampText, setParameterText } from "./wat/parameters.ts";
import { polyphonyText, sharedFunctions } from "./wat/polyphony.ts";
import { renderText } from "./wat/render.ts";
import { voiceKernels } from "./wat/voice_kernels.ts";

/** The text of a patch's module, and where everything lies. */
export interface PatchText {
  readonly wat: string;
  readonly plan: ArenaPlan;
  /** The patch with all that is known of its samples. */
  readonly patch: PatchGraph;
  readonly samples?: SampleBank;
}

/**
 * Compiles a patch.
 *
 * @param samples the files that it names; not needed where it names none
 * @throws {PatchError} when samples are missing; `AssemblyError` only for a defect of the compiler
 */
export function compileGraph(patch: PatchGraph, format: PatchFormat, samples?: SampleBank): CompiledPatch {
  return assemblePatch(patchText(patch, format, samples), format);
}

/** The second half of {@link compileGraph}: from text to a module. */
export function assemblePatch(
  { wat, plan, patch, samples }: PatchText,
  format: PatchFormat,
): CompiledPatch {
  const wasm = assemble(wat, patch.name);
  const { channels, inputChannels, maximumBlockFrames } = format;
  return {
    name: patch.name,
    wasm,
    module: new WebAssembly.Module(wasm),
    arena: {
      bytes: plan.bytes,
      hostOffset: 0,
      hostBytes: hostRegionBytes,
      poisonedVoicesOffset: plan.poisoned,
      endedNotesOffset: plan.endedNotes,
      voices: plan.instruments.map(({ groups, groupCount, groupBytes }) => ({
        offset: groups + voiceField.alive,
        groupCount,
        groupBytes,
      })),
      inputOffset: plan.input,
      outputOffset: plan.output,
      channels,
      inputChannels,
      maximumBlockFrames,
    },
    instruments: patch.instruments.map(({ name }) => name),
    parameters: patch.parameters,
    state: stateRegions(patch, plan),
    ...(samples ? { sampleMemory: samples.memory, samples: sampleList(samples) } : {}),
  };
}

function sampleList({ folder, files }: SampleBank): SampleList {
  return { folder, files: files.map(({ name, sha256 }) => ({ name, sha256 })) };
}

/** Writes a patch as WebAssembly text. Throws {@link PatchError} when samples that it names are missing. */
export function patchText(unresolved: PatchGraph, format: PatchFormat, bank?: SampleBank): PatchText {
  const patch = resolveSamples(unresolved, bank);
  const samples = patch.samples ? bank : undefined;
  const plan = planArena(patch, format, samples);
  const source = { patch, plan, format };
  const wat = [
    `(module`,
    ...memoryText(plan, samples),
    ...tableData(source),
    sharedFunctions,
    noteEndedText(plan),
    rampText,
    ...patch.instruments.flatMap((_, index) => [
      ...voiceKernels(source, index),
      instrumentRenderText(source, index),
      polyphonyText(source, index),
    ]),
    ...mainKernels(source),
    reduceText(plan),
    initializeText(source),
    setParameterText(source),
    getParameterText(source),
    noteExportsText(patch),
    renderText(source),
    `)`,
  ].join("\n");
  return { wat, plan, patch, samples };
}
