/** A sound device or the clock: it calls the native callback. The engine knows it only by this interface. */
export interface Driver {
  readonly kind: "portaudio" | "clock";
  /** Name for people, e.g. `JACK Audio Connection Kit: system`. */
  readonly device: string;
  /** From a sample in a ring to the loudspeaker, as far as the host tells; 0 for the clock. */
  readonly outputLatencySeconds: number;
  /** Whether the callback is still being called, as far as the host tells. */
  readonly alive: boolean;
  /** Whether it is a client of JACK, whose library all clients of this process share. */
  readonly usesJack: boolean;
  /** Whether it can be stopped without harm after it was lost. */
  readonly stopsWhenLost: boolean;
  /** Looks after what it runs outside of this process; cheap, for every tick. */
  poll?(): void;
  stop(): Promise<void>;
}
