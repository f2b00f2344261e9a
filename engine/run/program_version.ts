import { fileURLToPath } from "node:url";
import { layoutVersion } from "../memory/layout.ts";

/** A version of the program that is on this machine, ready to be started. */
export interface ProgramVersion {
  /** Folder with its modules, with `/` at its end; it changes no more. */
  readonly folder: string;
  /** Path of the runtime, or of the compiled binary. */
  readonly runtime: string;
  /** It is a compiled binary. */
  readonly standalone: boolean;
  readonly nativeLibrary: string;
  /** Path of its program `understudy-stage`. */
  readonly stage: string;
  /** Of the shared memory, and of everything else that processes of one run tell each other. */
  readonly layoutVersion: number;
}

/** The version that this module belongs to. */
export function programVersion(
  native: Pick<ProgramVersion, "nativeLibrary" | "stage">,
): ProgramVersion {
  return {
    folder: fileURLToPath(new URL("../../", import.meta.url)),
    runtime: Deno.execPath(),
    standalone: Deno.build.standalone,
    nativeLibrary: native.nativeLibrary,
    stage: native.stage,
    layoutVersion,
  };
}
