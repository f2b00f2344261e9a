/** What happens to a show from outside. Cues are named by their keys; without one, all. */
export type ShowEvent =
  /** Nothing but time. */
  | { readonly event: "time" }
  | { readonly event: "go" | "panic" | "back" | "next" }
  | { readonly event: "stop" | "pause" | "resume"; readonly cue?: string }
  | { readonly event: "start" | "jump" | "devamp" | "arm" | "disarm"; readonly cue: string }
  /** The next start of the cue begins this many frames after its beginning. */
  | { readonly event: "load"; readonly cue: string; readonly frames: number }
  /** An audio input that the show names has fallen silent, or is back, which starts cues. */
  | {
    readonly event: "input";
    readonly input: string;
    readonly isSilent: boolean;
    readonly cues: readonly string[];
  }
  /** A player has come to the end of a file whose length was not known. */
  | { readonly event: "ended"; readonly player: number };
