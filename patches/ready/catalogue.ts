import type { Patch } from "../../modules/patch.ts";
import { bass } from "./bass.ts";
import { cues } from "./cues.ts";
import { drone } from "./drone.ts";
import { drums } from "./drums.ts";
import { harp } from "./harp.ts";
import { keys } from "./keys.ts";
import { pad } from "./pad.ts";
import { piano } from "./piano.ts";
import { rack } from "./rack.ts";
import { sampler } from "./sampler.ts";
import { sines } from "./sines.ts";
import { stage } from "./stage.ts";
import { printable } from "../../foundation/printable.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";

/** Every patch that makes sound by itself and can be played by its name; `stage` has none and brings buses to outputs. */
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
export class PatchUnknownError extends ExitError {
  override readonly name = "PatchUnknownError";
  override readonly exitCode = exitCodes.usage;
}

/** Characters of an unknown name that the error repeats; names come from the network. */
const maxShownLength = 100;

/** The patch of this name. Throws {@link PatchUnknownError}. */
export function patchNamed(name: string): Patch {
  if (Object.hasOwn(patches, name)) return patches[name];
  if (name === stage.name) return stage;
  throw new PatchUnknownError(
    `there is no patch "${printable(name.slice(0, maxShownLength))}"; there are: ${
      patchNames.join(", ")
    }. A patch file ends in .ts`,
  );
}
