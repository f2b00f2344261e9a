/**
 * From a patch graph to a module that plays: one fused function for each instrument and one for the output, the note
 * functions, and the parameters, written as WebAssembly text and assembled.
 *
 * Each fused function exists at least twice. A parameter moves to a new value in a straight ramp, so everything that depends
 * on it must be computed in every frame; once it has arrived, it rests until the next command. So there is one function for
 * moving parameters and one for resting ones, which computes all their consequences (a filter's tangent, a gain's power of
 * two) once a call. Voices have a third for notes past their attack (`plan/steady.ts`), and a fourth for two groups of such
 * voices side by side (`wat/group_pair.ts`). All do the same arithmetic, so the choice changes no bit.
 */
import {
  type CompiledPatch,
  hostRegionBytes,
  type PatchFormat,
  type SampleList,
  type VoiceFields,
} from "./graph/compiled_patch.ts";
import { invariant } from "../foundation/invariant.ts";
import type { PatchGraph } from "./graph/graph.ts";
import { outputVectors } from "./graph/limits.ts";
import type { SampleBank } from "./graph/sample_bank.ts";
import { type ArenaPlan, busesOf, planArena, voiceField } from "./plan/arena.ts";
import { withEmptyLines } from "./plan/empty_lines.ts";
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
import { fadeSeconds } from "./wat/voice.ts";
import { voiceKernels } from "./wat/voice_kernels.ts";

const { alive } = voiceField;

/** Words of a voice for the engine, counted from the one that says that it sounds. */
const voiceFields: VoiceFields = {
  gate: voiceField.gate - alive,
  held: voiceField.held - alive,
  id: voiceField.id - alive,
  age: voiceField.age - alive,
  gain: voiceField.gain - alive,
  gainTarget: voiceField.gainTarget - alive,
  gainStep: voiceField.gainStep - alive,
};

/** The text of a patch's module, and its memory. */
export interface PatchText {
  readonly wat: string;
  readonly plan: ArenaPlan;
  /** With the facts of its samples as constants. */
  readonly patch: PatchGraph;
  /** As it is compiled: the same sound, computed in another way. */
  readonly compiled: PatchGraph;
  readonly samples?: SampleBank;
}

/**
 * Compiles a patch.
 *
 * @param samples the files that the patch names; none for a patch that names none
 * @throws `PatchError` when samples are missing or the patch needs too much memory; `InvariantError` and `AssemblyError`
 * only for a defect of the program
 */
export function compileGraph(patch: PatchGraph, format: PatchFormat, samples?: SampleBank): CompiledPatch {
  return assemblePatch(patchText(patch, format, samples), format);
}

/** The second half of {@link compileGraph}: from text to a module. */
export function assemblePatch(
  { wat, plan, compiled: patch, samples }: PatchText,
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
        fields: voiceFields,
        fadeStep: 1 / (fadeSeconds * format.sampleRateHz),
      })),
      inputOffset: plan.input,
      ...streamsOf(patch, plan),
      outputOffset: plan.output,
      channels,
      inputChannels,
      maximumBlockFrames,
    },
    instruments: patch.instruments.map(({ name }) => name),
    ...midiChannelsOf(patch),
    parameters: patch.parameters,
    state: stateRegions(patch, plan),
    ...(samples ? { sampleMemory: samples.memory, samples: sampleList(samples) } : {}),
  };
}

function streamsOf({ main }: PatchGraph, { streams }: ArenaPlan): Pick<CompiledPatch["arena"], "streams"> {
  const buses = busesOf(main.nodes);
  return buses === 0 ? {} : { streams: { offset: streams, buses } };
}

function midiChannelsOf({ instruments }: PatchGraph): Pick<CompiledPatch, "midiChannels"> {
  if (instruments.every(({ midiChannel }) => midiChannel === undefined)) return {};
  return { midiChannels: instruments.map(({ midiChannel }) => midiChannel ?? null) };
}

function sampleList({ folder, files, memory }: SampleBank): SampleList {
  return {
    folder,
    files: files.map(({ name, sha256 }) => ({ name, sha256 })),
    bytes: memory.buffer.byteLength,
  };
}

/** Writes a patch as WebAssembly text; the first half of {@link compileGraph}, which throws the same. */
export function patchText(unresolved: PatchGraph, format: PatchFormat, bank?: SampleBank): PatchText {
  checkFormat(format);
  checkOutputs(unresolved);
  const resolved = resolveSamples(unresolved, bank);
  const patch = {
    ...resolved,
    instruments: resolved.instruments.map((instrument) => ({
      ...instrument,
      voice: withEmptyLines(instrument.voice),
    })),
  };
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
  return { wat, plan, patch: resolved, compiled: patch, samples };
}

function checkFormat({ sampleRateHz, channels, inputChannels, maximumBlockFrames }: PatchFormat): void {
  const isCount = (value: number, min: number) => Number.isInteger(value) && value >= min;
  invariant(sampleRateHz > 0 && sampleRateHz < Infinity, `sample rate: found ${sampleRateHz} Hz`);
  invariant(isCount(channels, 1), `output channels: expected 1 or more, found ${channels}`);
  invariant(isCount(inputChannels, 0), `input channels: expected 0 or more, found ${inputChannels}`);
  invariant(isCount(maximumBlockFrames, 1), `block: expected 1 frame or more, found ${maximumBlockFrames}`);
}

/** Kernels store left, right, envelope and the end of a voice, and a vector of every four channels of the output. */
function checkOutputs({ instruments, main, channels }: PatchGraph): void {
  for (const { name, voice } of instruments) {
    const { length } = voice.outputs;
    invariant(length === 3 || length === 4, `${name}: expected 3 or 4 outputs, found ${length}`);
  }
  const vectors = outputVectors(channels);
  invariant(
    main.outputs.length === vectors,
    `output: expected ${vectors} vectors, found ${main.outputs.length}`,
  );
}
