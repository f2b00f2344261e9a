import type { RtpStatus } from "../control/control.ts";

/** A sound device or the clock: it calls the native callback. The engine knows it only by this interface. */
export interface Driver {
  readonly kind: DriverKind;
  /** Name for people, e.g. `JACK: system`. */
  readonly device: string;
  /** From a sample in a ring to the loudspeaker, as far as the host tells; 0 for the clock. */
  readonly outputLatencySeconds: number;
  /** Whether the callback is still being called, as far as the host tells. */
  readonly alive: boolean;
  /** Frames that the host takes at once, in one call or in several; 0: not known yet. It may change at any time. */
  readonly periodFrames: number;
  /** Calls since the device was opened, also while it is detached; only a difference means something. */
  readonly calls: number;
  /** Whether it can go on calling after it was silent for a while, as the client of a server that stood still. */
  readonly mayReturn: boolean;
  /** Cables of the device for whoever opens it again; undefined where there are none, or where they are not known. */
  readonly connections?: string;
  /** Why nobody hears what it takes, with the remedy, although it calls; undefined: somebody can, or it is not known. */
  readonly unheard?: string;
  /** Outputs, from 1 on, that lead nowhere although the device plays; omitted or empty: none do, or it is not known. */
  readonly unpatchedOutputs?: readonly number[];
  /** Lets its calls play: before, they get silence. Only one driver of a memory may be attached. */
  attach(): void;
  /** Its calls get silence from now on. Returns whether no call plays any more; if not, ask again. */
  detach(): boolean;
  /** It looks for a lost device itself, and keeps time meanwhile: nothing is to be put in its place. */
  readonly keepsItself?: boolean;
  /** The device is lost, and is looked for. */
  readonly waiting?: boolean;
  /** Why it is not there yet, with the remedy; undefined: not known, or it stands still. */
  readonly problem?: string;
  /** How often the device was lost, and what happened since. */
  readonly counts?: DeviceCounts;
  /** What became of the packets, where sound is sent as RTP. */
  readonly rtp?: RtpStatus;
  /** Session descriptions of the streams that are sent. */
  readonly descriptions?: readonly string[];
  /** Looks after the device; for every tick. */
  poll?(): void;
  /**
   * Detaches and closes it, in bounded time. Resolves whether another may be opened; if not, ask again. A thread of it may stay behind, but
   * plays nothing.
   */
  stop(): Promise<boolean>;
}

/** What happened to the device since the start, for `/status`. */
export interface DeviceCounts {
  readonly deviceLosses: number;
  /** Attempts to open the device since it was lost; 0 while it plays. */
  readonly deviceAttempts: number;
  /** Frames that the clock took in place of the device: nobody heard them. */
  readonly unheardFrames: number;
}

export type DriverKind = "jack" | "portaudio" | "rtp" | "clock";
