import { reportedEndedNotes } from "../memory/constants.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { within } from "../memory/layout.ts";
import { reportIndex } from "../memory/seats.ts";

const { endedNotes, lastEndedNotes } = within.seatReport;

/** A note of which no voice sounds any more. */
export interface EndedNote {
  readonly instrument: number;
  readonly id: number;
}

/** Follows the reports. Main isolate. */
export class EndedNotes {
  readonly #memory: SharedMemory;
  #known = 0;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
  }

  /**
   * Notes that ended since the last look, as the renderer on a seat tells. More than {@link reportedEndedNotes} at once are
   * told only as far as they are still known.
   */
  poll(seat: number): EndedNote[] {
    const { words } = this.#memory;
    const report = reportIndex(this.#memory, seat);
    const count = Atomics.load(words, report + endedNotes.index);
    const fresh = (count - this.#known) | 0;
    if (fresh <= 0) return []; // a renderer that is behind, or has just joined
    this.#known = count;
    return Array.from({ length: Math.min(fresh, reportedEndedNotes) }, (_, index) => {
      const number = (count - Math.min(fresh, reportedEndedNotes) + index) | 0;
      const place = report + lastEndedNotes.index + (number & (reportedEndedNotes - 1)) * 2;
      return { instrument: words[place], id: words[place + 1] };
    });
  }
}
