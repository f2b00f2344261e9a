/**
 * The fused functions of a voice, as WebAssembly text: one for notes that begin, one for voices past their attack (also for
 * two groups side by side), and one for moving parameters where there are any.
 */
import type { Graph } from "../graph/graph.ts";
import { voiceField } from "../plan/arena.ts";
import { ramping } from "../plan/schedule.ts";
import { steadyGraph } from "../plan/steady.ts";
import { hasTwin } from "./instrument.ts";
import { emitKernel, type KernelPlaces } from "./kernel.ts";
import { parameterPlaces } from "./parameters.ts";
import type { TextSource } from "./text_source.ts";

/** All fused functions of one instrument's voices. */
export function voiceKernels(source: TextSource, index: number): string[] {
  const { patch } = source;
  const { voice } = patch.instruments[index];
  const { graph, falseStates } = steadyGraph(voice);
  const idle = new Set(falseStates);
  const moves = ramping(voice, patch.parameters).length > 0;
  return [
    ...voiceKernel(source, index, { graph: voice, kind: "resting" }),
    ...voiceKernel(source, index, { graph, kind: "steady", idle }),
    ...(moves ? voiceKernel(source, index, { graph: voice, kind: "moving" }) : []),
  ];
}

/** One of the functions that a voice is compiled to; a steady one may have a twin. */
interface VoiceVariant {
  readonly graph: Graph;
  readonly kind: "resting" | "steady" | "moving";
  readonly idle?: ReadonlySet<number>;
}

function voiceKernel(
  source: TextSource,
  index: number,
  { graph, kind, idle = new Set() }: VoiceVariant,
): string[] {
  const { patch, plan } = source;
  const { name, voice } = patch.instruments[index];
  const places = plan.instruments[index];
  const isSteady = kind === "steady";
  const signature = (...parameters: string[]) => parameters.map((one) => `(param $${one} i32)`).join(" ");
  return emitKernel({ graph, parameters: patch.parameters, moving: kind === "moving" }, {
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
    lanes: 4,
    clock: plan.clock,
    spill: plan.spill,
    ...parameterPlaces(source),
    bus: () => 0,
    inputLoad: "",
    ...voiceOutput(source, index, isSteady),
  });
}

/**
 * The end of a frame of four voices. A voice is silent from its first sample that is not finite, so that it spoils neither the
 * sum nor the frames before. `$finite` detects it: zero times a finite number stays zero, anything else makes it NaN for good.
 * In a lane without a sounding voice it is NaN from the beginning.
 *
 * @param added the frame is added to the sums at once; otherwise it is kept for a gain that is still moving
 */
function voiceOutput(
  { patch, plan, format: { maximumBlockFrames } }: TextSource,
  index: number,
  added: boolean,
): Pick<KernelPlaces, "locals" | "begin" | "store" | "end"> {
  const { name, voice: { outputs: [left, right, , done] } } = patch.instruments[index];
  const sides = left === right ? [0] : [0, 1];
  const offsetOf = (side: number) => (added ? plan.sums : plan.voiceScratch) + side * maximumBlockFrames * 16;
  return {
    locals: [
      "$finite",
      "$sounds",
      "$level",
      ...(done === undefined ? [] : ["$done"]),
      ...(added ? sides.map((side) => `$sum${side}`) : []),
    ],
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
        ...(done === undefined ? [] : [`(local.set $done ${outputs[3]})`]),
      ];
    },
    end: [
      `(v128.store offset=${voiceField.level} (local.get $group) (f32x4.abs (local.get $level)))`,
      `(call $${name}_settle (local.get $group) (f32x4.eq (local.get $finite) (local.get $finite))${
        done === undefined ? "" : " (local.get $done)"
      })`,
    ],
  };
}
