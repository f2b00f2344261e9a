import { lanesOf } from "../plan/arena.ts";
import { ramping } from "../plan/schedule.ts";
import { emitKernel } from "./kernel.ts";
import { inputLoad, outputStore, streamLoad } from "./output.ts";
import { parameterPlaces } from "./parameters.ts";
import type { TextSource } from "./text_source.ts";

/** The fused functions of the output: one for resting parameters, and one for moving ones where there are any. */
export function mainKernels(source: TextSource): string[] {
  const { patch } = source;
  const moves = ramping(patch.main, patch.parameters).length > 0;
  return [
    ...mainKernel(source, false),
    ...(moves ? mainKernel(source, true) : []),
  ];
}

function mainKernel(source: TextSource, moving: boolean): string[] {
  const { patch, plan, format } = source;
  return emitKernel({ graph: patch.main, parameters: patch.parameters, moving }, {
    name: `output_${moving ? "moving" : "resting"}`,
    kind: "main",
    idleStates: new Set(),
    signature: "(param $frames i32) (param $in i32) (param $out i32)",
    states: plan.mainStates,
    lines: plan.mainLines,
    tables: plan.mainTables,
    samples: plan.samples,
    lanes: lanesOf(patch.channels),
    clock: plan.clock,
    spill: plan.spill,
    ...parameterPlaces(source),
    bus: (index) => plan.instruments[index].bus,
    inputLoad: inputLoad(plan.input, format.inputChannels),
    streamLoad: streamLoad(plan.streams, format),
    locals: [],
    begin: [],
    store: (outputs) => [
      ...outputStore(outputs, {
        offset: plan.output,
        patchChannels: patch.channels,
        channels: format.channels,
      }),
      `(local.set $in (i32.add (local.get $in) (i32.const ${format.inputChannels * 4})))`,
      `(local.set $out (i32.add (local.get $out) (i32.const ${format.channels * 4})))`,
    ],
    end: [],
  });
}
