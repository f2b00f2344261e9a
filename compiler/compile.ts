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
import type { SampleBank } from "./graph/sample_bank.ts";
import { type ArenaPlan, parameterRecord, planArena, voiceField } from "./plan/arena.ts";
import { assemble } from "./wasm/assemble.ts";
import type { Graph, PatchGraph } from "./graph/graph.ts";
import { hasTwin, instrumentRenderText, reduceText } from "./wat/instrument.ts";
import { emitKernel, floatText, type KernelPlaces } from "./wat/kernel.ts";
import { inputLoad, outputStore } from "./wat/output.ts";
import { steadyGraph } from "./plan/steady.ts";
import { resolveSamples } from "./plan/resolve_samples.ts";
import { ramping } from "./plan/schedule.ts";
import { stateRegions } from "./plan/state_regions.ts";
import { noteEndedText } from "./wat/ended_notes.ts";
import { polyphonyText, sharedFunctions } from "./wat/polyphony.ts";

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
  const wat = [
    `(module`,
    ...memoryText(plan, samples),
    ...tableData(patch, plan),
    sharedFunctions,
    noteEndedText(plan),
    rampText,
    ...patch.instruments.flatMap((instrument, index) => [
      ...voiceKernels(patch, index, plan, format),
      instrumentRenderText(patch, index, plan, format),
      polyphonyText(instrument, index, plan, format),
    ]),
    ...mainKernels(patch, plan, format),
    reduceText(plan),
    initializeText(patch, plan, format),
    parameterText(patch, plan),
    parameterValueText(patch, plan),
    dispatchText(patch),
    renderText(patch, plan, format),
    `)`,
  ].join("\n");
  return { wat, plan, patch, samples };
}

/** Instructions mean the arena unless they name `$samples`: the first memory is the arena, so it is imported beside the other. */
function memoryText({ bytes }: ArenaPlan, samples: SampleBank | undefined): string[] {
  const pages = bytes / 65_536;
  if (!samples) return [`  (memory (export "memory") ${pages} ${pages})`];
  const samplePages = samples.memory.buffer.byteLength / 65_536;
  return [
    `  (import "understudy" "memory" (memory $arena ${pages} ${pages}))`,
    `  (import "understudy" "samples" (memory $samples ${samplePages} ${samplePages} shared))`,
    `  (export "memory" (memory $arena))`,
  ];
}

function voiceKernels(patch: PatchGraph, index: number, plan: ArenaPlan, format: PatchFormat): string[] {
  const { voice } = patch.instruments[index];
  const { graph, falseStates } = steadyGraph(voice);
  const idle = new Set(falseStates);
  const moves = ramping(voice, patch.parameters).length > 0;
  return [
    ...voiceKernel(patch, index, plan, format, { graph: voice, kind: "resting" }),
    ...voiceKernel(patch, index, plan, format, { graph, kind: "steady", idle }),
    ...(moves ? voiceKernel(patch, index, plan, format, { graph: voice, kind: "moving" }) : []),
  ];
}

function mainKernels(patch: PatchGraph, plan: ArenaPlan, format: PatchFormat): string[] {
  const moves = ramping(patch.main, patch.parameters).length > 0;
  return [
    ...mainKernel(patch, plan, format, false),
    ...(moves ? mainKernel(patch, plan, format, true) : []),
  ];
}

/** One of the functions that a voice is compiled to; a steady one may have a twin. */
interface VoiceVariant {
  readonly graph: Graph;
  readonly kind: "resting" | "steady" | "moving";
  readonly idle?: ReadonlySet<number>;
}

function parameterPlaces(plan: ArenaPlan, format: PatchFormat) {
  return {
    parameterCurrent: (index: number) =>
      plan.parameters + index * parameterRecord.bytes + parameterRecord.current,
    parameterRamp: (index: number) => plan.ramps + index * format.maximumBlockFrames * 4,
  };
}

function voiceKernel(
  patch: PatchGraph,
  index: number,
  plan: ArenaPlan,
  format: PatchFormat,
  { graph, kind, idle = new Set() }: VoiceVariant,
): string[] {
  const { name, voice } = patch.instruments[index];
  const places = plan.instruments[index];
  const isSteady = kind === "steady";
  const signature = (...parameters: string[]) => parameters.map((one) => `(param $${one} i32)`).join(" ");
  return emitKernel(graph, patch.parameters, kind === "moving", {
    name: `${name}_${kind}`,
    idleStates: idle,
    kind: "voice",
    signature: signature("group", "lines", "frames"),
    twin: isSteady && hasTwin(voice)
      ? {
        name: `${name}_twin`,
        signature: signature("group", "lines", "group_second", "lines_second", "frames"),
      }
      : undefined,
    states: voiceField.states,
    lines: places.lineOffsets,
    tables: places.tables,
    samples: plan.samples,
    noteField: voiceField,
    channels: 4,
    clock: plan.clock,
    spill: plan.spill,
    ...parameterPlaces(plan, format),
    bus: () => 0,
    inputLoad: "",
    ...voiceOutput(name, voice, plan, format, isSteady),
  });
}

/**
 * What becomes of a frame of four voices. A voice is silent from its first sample on that is not finite, so that it spoils
 * neither the sum nor the frames before: zero times what is finite stays zero, anything else makes it a NaN for good. In a
 * lane where no voice sounds it is one from the beginning.
 *
 * @param added to the sums at once; else left aside for a gain that is still moving
 */
function voiceOutput(
  name: string,
  { outputs: [left, right] }: Graph,
  plan: ArenaPlan,
  { maximumBlockFrames }: PatchFormat,
  added: boolean,
): Pick<KernelPlaces, "locals" | "begin" | "store" | "end"> {
  const sides = left === right ? [0] : [0, 1];
  const offsetOf = (side: number) => (added ? plan.sums : plan.voiceScratch) + side * maximumBlockFrames * 16;
  return {
    locals: ["$finite", "$sounds", "$level", ...(added ? sides.map((side) => `$sum${side}`) : [])],
    begin: [`(local.set $finite (v128.not (v128.load offset=${voiceField.alive} (local.get $group))))`],
    store: (outputs) => {
      const sample = (side: number) => `(v128.and ${outputs[side]} (local.get $sounds))`;
      return [
        ...sides.map((side) => `(local.set $finite (f32x4.mul (local.get $finite) ${outputs[side]}))`),
        `(local.set $sounds (f32x4.eq (local.get $finite) (local.get $finite)))`,
        ...sides.flatMap((side) =>
          added
            ? [
              `(local.set $sum${side} (v128.load offset=${offsetOf(side)} (local.get $t)))`,
              `(local.set $sum${side} (f32x4.add (local.get $sum${side}) ${sample(side)}))`,
              `(v128.store offset=${offsetOf(side)} (local.get $t) (local.get $sum${side}))`,
            ]
            : [`(v128.store offset=${offsetOf(side)} (local.get $t) ${sample(side)})`]
        ),
        `(local.set $level ${outputs[2]})`,
      ];
    },
    end: [
      `(v128.store offset=${voiceField.level} (local.get $group) (f32x4.abs (local.get $level)))`,
      `(call $${name}_settle (local.get $group) (f32x4.eq (local.get $finite) (local.get $finite)))`,
    ],
  };
}

function mainKernel(patch: PatchGraph, plan: ArenaPlan, format: PatchFormat, moving: boolean): string[] {
  return emitKernel(patch.main, patch.parameters, moving, {
    name: `output_${moving ? "moving" : "resting"}`,
    kind: "main",
    idleStates: new Set(),
    signature: "(param $frames i32) (param $in i32) (param $out i32)",
    states: plan.mainStates,
    lines: plan.mainLines,
    tables: plan.mainTables,
    samples: plan.samples,
    channels: patch.channels,
    clock: plan.clock,
    spill: plan.spill,
    ...parameterPlaces(plan, format),
    bus: (index) => plan.instruments[index].bus,
    inputLoad: inputLoad(plan.input, format.inputChannels),
    locals: [],
    begin: [],
    store: ([output]) => [
      ...outputStore(output, plan.output, patch.channels, format.channels),
      `(local.set $in (i32.add (local.get $in) (i32.const ${format.inputChannels * 4})))`,
      `(local.set $out (i32.add (local.get $out) (i32.const ${format.channels * 4})))`,
    ],
    end: [],
  });
}

/** Advances one parameter through a block and writes each frame's value. */
const rampText = `
  ;; follows a parameter for some frames; exactly at its target when the ramp ends
  (func $ramp (param $record i32) (param $to i32) (param $frames i32) (local $current f32) (local $left i32) (local $end i32)
    (local.set $current (f32.load offset=${parameterRecord.current} (local.get $record)))
    (local.set $left (i32.load offset=${parameterRecord.remaining} (local.get $record)))
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $frames) (i32.const 2))))
    (loop $next
      (if (local.get $left) (then
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (local.set $current (select (f32.add (local.get $current) (f32.load offset=${parameterRecord.step} (local.get $record)))
          (f32.load offset=${parameterRecord.target} (local.get $record)) (local.get $left)))))
      (f32.store (local.get $to) (local.get $current))
      (local.set $to (i32.add (local.get $to) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $to) (local.get $end))))
    (f32.store offset=${parameterRecord.current} (local.get $record) (local.get $current))
    (i32.store offset=${parameterRecord.remaining} (local.get $record) (local.get $left)))`;

function tableData(patch: PatchGraph, plan: ArenaPlan): string[] {
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

function initializeText(patch: PatchGraph, plan: ArenaPlan, { sampleRateHz }: PatchFormat): string {
  const record = (index: number) => plan.parameters + index * parameterRecord.bytes;
  const parameters = patch.parameters.flatMap(({ default: value, smoothingSeconds }, index) => [
    `(f32.store offset=${parameterRecord.current} (i32.const ${record(index)}) (f32.const ${
      floatText(value)
    }))`,
    `(f32.store offset=${parameterRecord.target} (i32.const ${record(index)}) (f32.const ${
      floatText(value)
    }))`,
    `(i32.store offset=${parameterRecord.ramp} (i32.const ${record(index)}) (i32.const ${
      Math.round(smoothingSeconds * sampleRateHz)
    }))`,
  ]);
  const states = patch.main.states.flatMap(({ type, initial, seeded }, index) => {
    const offset = plan.mainStates + index * 16;
    if (seeded) {
      return [0, 1, 2, 3].map((lane) =>
        `(i32.store (i32.const ${
          offset + lane * 4
        }) (call $seeded (local.get $seed) (i32.const ${lane}) (i32.const ${initial})))`
      );
    }
    const value = type === "f32"
      ? `f32x4 ${Array(4).fill(floatText(initial)).join(" ")}`
      : `i32x4 ${Array(4).fill(initial).join(" ")}`;
    return Object.is(initial, 0) ? [] : [`(v128.store (i32.const ${offset}) (v128.const ${value}))`];
  });
  return `
  (func (export "initialize") (param $seed i32)
    (i32.store (i32.const ${plan.seed}) (local.get $seed))
    ${[...parameters, ...states].join("\n    ")})`;
}

function parameterText(patch: PatchGraph, plan: ArenaPlan): string {
  const at = (field: number) => `offset=${plan.parameters + field} (local.get $record)`;
  return `
  (func (export "set_parameter") (param $index i32) (param $value f32) (local $record i32) (local $frames i32)
    (if (i32.ge_u (local.get $index) (i32.const ${patch.parameters.length})) (then (return)))
    (local.set $record (i32.mul (local.get $index) (i32.const ${parameterRecord.bytes})))
    (local.set $frames (i32.load ${at(parameterRecord.ramp)}))
    (f32.store ${at(parameterRecord.target)} (local.get $value))
    (if (i32.or (i32.eqz (local.get $frames)) (f32.eq (local.get $value) (f32.load ${
    at(parameterRecord.current)
  })))
      (then
        (f32.store ${at(parameterRecord.current)} (local.get $value))
        (i32.store ${at(parameterRecord.remaining)} (i32.const 0)))
      (else
        (f32.store ${at(parameterRecord.step)}
          (f32.div (f32.sub (local.get $value) (f32.load ${
    at(parameterRecord.current)
  })) (f32.convert_i32_s (local.get $frames))))
        (i32.store ${at(parameterRecord.remaining)} (local.get $frames)))))`;
}

function parameterValueText(patch: PatchGraph, plan: ArenaPlan): string {
  const target = `offset=${plan.parameters + parameterRecord.target}`;
  return `
  (func (export "get_parameter") (param $index i32) (result f32)
    (if (i32.ge_u (local.get $index) (i32.const ${patch.parameters.length})) (then (return (f32.const 0))))
    (f32.load ${target} (i32.mul (local.get $index) (i32.const ${parameterRecord.bytes}))))`;
}

/** Exports that pass a note on to its instrument; an unknown one is ignored. */
function dispatchText({ instruments }: PatchGraph): string {
  const each = (call: (name: string) => string) =>
    instruments.map(({ name }, index) =>
      `(if (i32.eq (local.get $instrument) (i32.const ${index})) (then (call ${call(`$${name}`)})))`
    ).join("\n    ");
  return `
  (func (export "note_on") (param $instrument i32) (param $id i32) (param $number f32) (param $velocity f32)
    ${each((name) => `${name}_on (local.get $id) (local.get $number) (local.get $velocity)`)})
  (func (export "note_off") (param $instrument i32) (param $id i32)
    ${each((name) => `${name}_off (local.get $id)`)})
  (func (export "pedal") (param $instrument i32) (param $down i32)
    ${each((name) => `${name}_pedal (local.get $down)`)})
  (func (export "express") (param $instrument i32) (param $id i32) (param $kind i32) (param $value f32)
    ${each((name) => `${name}_express (local.get $id) (local.get $kind) (local.get $value)`)})
  (func (export "express_all") (param $instrument i32) (param $kind i32) (param $value f32)
    ${each((name) => `${name}_express_all (local.get $kind) (local.get $value)`)})
  (func (export "panic")
    ${instruments.map(({ name }) => `(call $${name}_panic)`).join(" ")})`;
}

function renderText(patch: PatchGraph, plan: ArenaPlan, format: PatchFormat): string {
  const { parameterRamp } = parameterPlaces(plan, format);
  const moving = (graph: Graph) => {
    const records = ramping(graph, patch.parameters).map((index) => ({
      index,
      record: plan.parameters + index * parameterRecord.bytes,
    }));
    if (records.length === 0) return `(local.set $moving (i32.const 0))`;
    const any = records.map(({ record }) => `(i32.load (i32.const ${record + parameterRecord.remaining}))`)
      .reduce((all, one) => `(i32.or ${all} ${one})`);
    const follow = records.map(({ index, record }) =>
      `(call $ramp (i32.const ${record}) (i32.const ${parameterRamp(index)}) (local.get $frames))`
    );
    return `(local.set $moving ${any})
    (if (local.get $moving) (then
      ${follow.join("\n      ")}))`;
  };
  const run = (name: string, graph: Graph, args: string) =>
    ramping(graph, patch.parameters).length === 0
      ? `(call $${name}_resting ${args})`
      : `(if (local.get $moving) (then (call $${name}_moving ${args})) (else (call $${name}_resting ${args})))`;
  const instruments = patch.instruments.map(({ name, voice }) =>
    `${moving(voice)}
    (call $${name}_render (local.get $frames) (local.get $moving))`
  );
  const main = run(
    "output",
    patch.main,
    `(local.get $frames) (i32.mul (local.get $offset) (i32.const ${
      format.inputChannels * 4
    })) (i32.mul (local.get $offset) (i32.const ${format.channels * 4}))`,
  );
  return `
  (func (export "render") (param $offset i32) (param $frames i32) (local $moving i32)
    (if (i32.eqz (local.get $frames)) (then (return)))
    ${instruments.join("\n    ")}
    ${moving(patch.main)}
    ${main}
    (i32.store (i32.const ${plan.clock}) (i32.add (i32.load (i32.const ${plan.clock})) (local.get $frames))))`;
}
