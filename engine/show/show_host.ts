import type { ArmedFile, Command, EngineControl, EngineEvent } from "../control/control.ts";
import type { ShowAction } from "../../show/mod.ts";
import type { SavedShow, ShowPlace } from "./saved_show.ts";

/** A sound file of a show that can be played. */
export interface ShowSound extends ArmedFile {
  readonly path: string;
}

/** A command and the frame in which it is due. */
export interface DueCommand {
  readonly frame: number;
  readonly command: Command;
}

/** What a show hands to the log at once. */
export interface HandOver {
  /** The first frame of the block from which on everything that was handed over before is taken back. */
  readonly fromFrame: number;
  /** Number of the last event that is in it. */
  readonly serial: number;
  readonly commands: readonly DueCommand[];
}

/** What the log holds of a show that another process has played. */
export interface HandedBefore {
  readonly fromFrame: number;
  readonly serial: number;
}

/** The engine as a show sees it. Frames are counted from the first block of the engine, on across restarts. Main isolate. */
export interface ShowHost {
  readonly sampleRateHz: number;
  readonly blockFrames: number;
  readonly control: Pick<EngineControl, "parameters" | "instruments" | "parameterValue" | "players">;
  readonly inputChannels: number;
  /** The first frame of the block that the device takes next. */
  playedFrame(): number;
  /** A frame that counts from the first block of this engine, as one that goes on across restarts. */
  frameOf(engineFrame: number): number;
  /** The block that the device takes next, and its first frame. */
  place(): ShowPlace;
  /** Counts frames on from a place of a process before. */
  goOnFrom(place: ShowPlace): void;
  /** The first frame of the first block that no renderer can have sealed. */
  freeFrame(): number;
  /** Puts everything into the log as one. Throws `CommandRefusedError` when there is no room: nothing was put there. */
  hand(handOver: HandOver): void;
  /** The last hand-over that the log still holds. */
  handedBefore(): HandedBefore | undefined;
  /** Keeps the beginning of a file, or a place in it, in memory. Throws `CommandRefusedError`. */
  arm(file: { readonly name: string; readonly path: string }, frame?: number): Promise<ArmedFile>;
  /** Lets go of a file; false where it plays. */
  disarm(path: string): boolean;
  /** Whether the patch that plays brings buses to outputs. */
  readonly hearsBuses: boolean;
  /** Keeps what a restart, and a control process that takes over, go on from. */
  keep(saved: SavedShow): void;
  emit(event: EngineEvent): void;
  warn(text: string): void;
}

/** The rest of the program as a show sees it: what the engine does not know. */
export interface ShowServices {
  /** The path of a show that may be loaded. Throws `CommandRefusedError`. */
  readonly allowedShow: (file: string) => string;
  /** Loads a patch by its name or file. */
  readonly loadPatch: (nameOrFile: string) => Promise<unknown>;
  /** Why a patch that a show in this folder names cannot be loaded; undefined: it can. */
  readonly patchProblem: (nameOrFile: string, folder: string) => Promise<string | undefined>;
  /** Sends a message of a cue. Rejects with the reason. */
  readonly send: (
    message: Extract<ShowAction, { readonly do: "sendOsc" | "sendMidi" }>,
    destination: ShowDestination,
  ) => Promise<void>;
  /** Outputs of the device. */
  readonly channels: number;
}

export type ShowDestination =
  | { readonly host: string; readonly port: number }
  | { readonly midiPort: string };
