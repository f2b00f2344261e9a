/** A show as a session, a journal and a run keep it: the fold of its events from a state on. Plain data. */
import type { ShowEvent, ShowState } from "../../show/mod.ts";
import type { ParameterFade } from "./parameter_fades.ts";

/** An event at a frame, and its number, from 1 on. */
export interface PlacedEvent {
  readonly serial: number;
  readonly frame: number;
  readonly event: ShowEvent;
}

/** A block of the device, whose number wraps, and the frame of the show with which it begins. */
export interface ShowPlace {
  readonly block: number;
  readonly frame: number;
}

export interface SavedShow {
  /** Where the device was when this was kept: a restart begins at another block, and goes on in the frames of the show. */
  readonly place: ShowPlace;
  readonly file: string;
  readonly text: string;
  readonly revision: number;
  readonly state: ShowState;
  /** What happened after that state, in the order of the frames. */
  readonly events: readonly PlacedEvent[];
  readonly serial: number;
  /** Messages of cues up to this frame were sent. */
  readonly toldFrame: number;
  /** Fades of parameters, by frame and address, with the value at which each began; omitted: there are none. */
  readonly fades?: readonly (readonly [key: string, fade: ParameterFade])[];
  /** The patch of a cue that was being loaded; omitted: none was. */
  readonly loadingPatch?: string;
}

/** Whether a value is one. What a journal holds was written by this program; a file that was damaged is found by its checksum. */
export function isSavedShow(value: unknown): value is SavedShow {
  const saved = value as Partial<SavedShow> | null;
  return typeof saved === "object" && Number.isInteger(saved?.place?.block) &&
    Number.isFinite(saved?.place?.frame) && typeof saved?.file === "string" &&
    typeof saved.text === "string" &&
    Number.isInteger(saved.revision) && Number.isInteger(saved.serial) && Array.isArray(saved.events) &&
    Number.isFinite(saved.toldFrame) && typeof saved.state === "object" && saved.state !== null;
}
