import type { CueRoute, OscArgument } from "./cue_list.ts";
import type { PlanPart } from "./playback_plan.ts";
import type { Curve } from "../file/show_file.ts";

/** Players of the engine. */
export const maxPlayers = 32;

/** What is done: commands of the engine's players, notes, parameters, patches, messages to send, and what an operator is told. */
export type ShowDeed =
  /** The beginning of a file is taken into memory, because GO would play it. */
  | { readonly do: "arm"; readonly file: string; readonly position: number }
  | { readonly do: "route"; readonly player: number; readonly routes: readonly CueRoute[] }
  | { readonly do: "rate"; readonly player: number; readonly rate: number }
  | { readonly do: "slice"; readonly player: number; readonly parts: readonly PlanPart[] }
  /** A level of null is silence. */
  | {
    readonly do: "level";
    readonly player: number;
    readonly fromDb?: number | null;
    readonly toDb: number | null;
    readonly frames: number;
    readonly curve: Curve;
  }
  | {
    readonly do: "play";
    readonly player: number;
    readonly file: string;
    readonly position: number;
    /** The first frame of the file that is not played; null: its end. */
    readonly end: number | null;
  }
  | { readonly do: "stop"; readonly player: number; readonly frames: number; readonly curve: Curve }
  | { readonly do: "pause" | "resume" | "devamp"; readonly player: number }
  | {
    readonly do: "noteOn";
    readonly id: number;
    readonly note: number;
    readonly velocity: number;
    readonly instrument?: string;
  }
  | { readonly do: "noteOff"; readonly id: number; readonly instrument?: string }
  /** Moves a parameter from the value that it has; a `to` of null holds it where it is. */
  | {
    readonly do: "parameter";
    readonly address: string;
    readonly to: number | null;
    readonly frames: number;
    readonly curve: Curve;
  }
  | { readonly do: "loadPatch"; readonly patch: string }
  | {
    readonly do: "sendOsc";
    readonly destination: string;
    readonly address: string;
    readonly arguments: readonly OscArgument[];
  }
  | { readonly do: "sendMidi"; readonly destination: string; readonly bytes: readonly number[] }
  /** Everything is silent at once. */
  | { readonly do: "panic" }
  | { readonly do: "cueBegins" | "cueEnds" | "cueStops" }
  /** Something that the operator should know. */
  | { readonly do: "notice"; readonly text: string };

/** A deed at a frame. */
export type ShowAction = ShowDeed & {
  readonly frame: number;
  /** Key of the cue that it comes from; null: of the list itself. */
  readonly cue: string | null;
};
