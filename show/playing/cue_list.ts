/**
 * A show as its player sees it: times in frames of the engine, files with their lengths, routes to buses, cues by their keys. It is
 * data alone, so it can be written to a session and compared.
 */
import type { PlanPart } from "./playback_plan.ts";
import type { Continuation, Curve, GroupMode } from "../file/show_file.ts";

/** The way of one channel of a file to one bus; both count from 1. */
export interface CueRoute {
  readonly channel: number;
  readonly bus: number;
  readonly gainDb: number;
}

/** A number, a word, a truth value, or a number that is sent as a float. */
export type OscArgument = number | string | boolean | { readonly float: number };

/** What a cue does when its pre-wait is over. Targets are keys. */
export type CueDeed =
  | {
    readonly kind: "play";
    readonly file: string;
    readonly parts: readonly PlanPart[];
    readonly rate: number;
    readonly levelDb: number;
    readonly fadeIn: number;
    readonly fadeOut: number;
    readonly curve: Curve;
    readonly routes: readonly CueRoute[];
  }
  | {
    readonly kind: "note";
    readonly note: number;
    readonly velocity: number;
    /** Omitted: the first of the patch. */
    readonly instrument?: string;
    readonly frames: number;
  }
  | { readonly kind: "patch"; readonly patch: string }
  | {
    readonly kind: "fade";
    readonly target: string;
    readonly toDb: number;
    readonly frames: number;
    readonly curve: Curve;
    readonly thenStop: boolean;
  }
  | {
    readonly kind: "parameter";
    readonly address: string;
    readonly to: number;
    readonly frames: number;
    readonly curve: Curve;
  }
  | { readonly kind: "start" | "goTo" | "arm" | "disarm"; readonly target: string }
  /** A target of null is every cue; a fade of null is that of each cue. */
  | { readonly kind: "stop"; readonly target: string | null; readonly fade: number | null }
  | { readonly kind: "pause" | "resume"; readonly target: string | null }
  | { readonly kind: "wait"; readonly frames: number }
  | {
    readonly kind: "group";
    readonly mode: GroupMode;
    readonly children: readonly string[];
    /** Rounds of a playlist; null: until it is stopped. */
    readonly rounds: number | null;
    readonly shuffle: boolean;
    readonly crossfade: number;
  }
  | {
    readonly kind: "osc";
    readonly destination: string;
    readonly address: string;
    readonly arguments: readonly OscArgument[];
  }
  | { readonly kind: "midi"; readonly destination: string; readonly bytes: readonly number[] }
  | { readonly kind: "devamp"; readonly target: string; readonly thenStop: boolean }
  | { readonly kind: "memo" };

/** One cue, in frames. */
export interface ListedCue {
  /** Its number, else words of its own; the same in an edited show as long as the cue is the same. */
  readonly key: string;
  readonly number?: string;
  readonly name: string;
  /** Key of its group; null: it lies in the list itself. */
  readonly parent: string | null;
  readonly preWait: number;
  readonly postWait: number;
  readonly continuation: Continuation;
  readonly armed: boolean;
  readonly deed: CueDeed;
}

export interface CueList {
  readonly sampleRateHz: number;
  readonly goGuard: number;
  readonly panic: number;
  readonly seed: number;
  /** Keys of the list itself, in its order. */
  readonly order: readonly string[];
  readonly cues: Readonly<Record<string, ListedCue>>;
}
