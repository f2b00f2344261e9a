/**
 * The context of the current build: the output format that patch functions may depend on, and the module whose function runs.
 * Building is synchronous, so one variable is enough.
 */
import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { ModuleUse } from "../../compiler/graph/graph.ts";

const outside: ModuleUse = { name: "patch", location: "" };

let format: PatchFormat | undefined;
let use: ModuleUse = outside;
let samples: string[] = [];

/** Runs `build` for an output format. */
export function withFormat<T>(wanted: PatchFormat, build: () => T): T {
  const [formatBefore, useBefore, samplesBefore] = [format, use, samples];
  format = wanted;
  use = outside;
  samples = [];
  try {
    return build();
  } finally {
    format = formatBefore;
    use = useBefore;
    samples = samplesBefore;
  }
}

/** Runs a module's function; the nodes that it makes carry the module's name. */
export function withUse<T>(inner: ModuleUse, build: () => T): T {
  const before = use;
  if (use === outside) use = inner; // a module made of modules is named by the outer one
  try {
    return build();
  } finally {
    use = before;
  }
}

/** The module whose function runs, or the patch itself. */
export function currentUse(): ModuleUse {
  return use;
}

/** Whether no module's function runs. */
export function isInPatch(): boolean {
  return use === outside;
}

/** Frames per second of the output that is being built for. Throws outside of a patch. */
export function buildRateHz(): number {
  if (!format) {
    throw new TypeError("signals are made inside the functions of a patch, not when its file is loaded");
  }
  return format.sampleRateHz;
}

/** Pitch of each key in semitones, where it is not the key's own number. */
export function buildTuning(): readonly number[] | undefined {
  return format?.tuning;
}

/** Index of a sample in the patch's list; the first use adds it at the end. Throws outside of a patch. */
export function sampleIndex(name: string): number {
  buildRateHz();
  const known = samples.indexOf(name);
  return known >= 0 ? known : samples.push(name) - 1;
}

/** Samples that the patch has used so far. */
export function sampleNames(): readonly string[] {
  return samples;
}
