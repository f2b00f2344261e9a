/** What a receiver remembers of one MIDI channel. Main isolate. */

/** A note that its key, or a pedal of its channel, holds. */
export interface HeldNote {
  /** Name of its instrument: a patch may have been exchanged since it began. */
  readonly instrument: string;
  readonly id: number;
  /** Its key is down; otherwise a pedal holds it. */
  isDown: boolean;
  /** The sostenuto pedal caught it. */
  isCaught: boolean;
  /** Pressure of its own key, 0 to 1. */
  pressure: number;
}

/** Default range of the bend wheel, in semitones (MIDI 1.0, RPN 0). */
const defaultBendRange = 2;

export class ChannelState {
  /** Held notes by their MIDI number. */
  readonly notes = new Map<number, HeldNote>();
  /** Bend wheel, -1 to 1. */
  bend = 0;
  bendRangeSemitones = defaultBendRange;
  /** Master tuning: RPN 1 and 2. */
  fineSemitones = 0;
  coarseSemitones = 0;
  /** Channel pressure, and breath in its place, 0 to 1. */
  pressure = 0;
  timbre = 0;
  sustains = false;
  sostenuto = false;
  isSoft = false;
  /** A note has begun on it. */
  hasPlayed = false;
  /** The number that data entry sets. */
  selected: Selected | undefined;
  /** Values of the controllers below 32 that were understood, for those that bring their lower bits. */
  readonly upperBits = new Map<number, number>();
  /** Parameters that the modulation wheel has moved, by their address. */
  readonly moved = new Set<string>();

  /** Semitones by which its notes are bent. */
  get bendSemitones(): number {
    return this.bend * this.bendRangeSemitones + this.coarseSemitones + this.fineSemitones;
  }

  /** Controllers as RP-015 resets them: bend, pressure and pedals; tuning and bend range stay. */
  resetControllers(): void {
    this.bend = this.pressure = this.timbre = 0;
    this.sustains = this.sostenuto = this.isSoft = false;
    this.selected = undefined;
    this.moved.clear();
    for (const note of this.notes.values()) note.pressure = 0;
  }
}

/** A registered or non-registered parameter number, and the data that was entered for it. */
export interface Selected {
  readonly isRegistered: boolean;
  /** Upper and lower seven bits of the number; undefined: not received yet. */
  upper: number | undefined;
  lower: number | undefined;
}
