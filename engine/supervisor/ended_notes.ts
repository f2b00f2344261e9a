import { reportedEndedNotes } from "../memory/constants.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { reportFieldIndex } from "../memory/seats.ts";

/** A note of which no voice sounds any more. */
export interface EndedNote {
  readonly instrument: number;
  readonly id: number;
}

/** Follows the reports. Main isolate. */
export class EndedNotes {
  readonly #memory: SharedMemory;
  #known: number | undefined;

  /** @param skipEarlier notes that had ended before the first call are not reported: another engine has done so */
  constructor(memory: SharedMemory, { skipEarlier = false } = {}) {
    this.#memory = memory;
    this.#known = skipEarlier ? undefined : 0;
  }

  /** Renderers begin again, and count from the beginning. */
  restart(): void {
    this.#known = 0;
  }

  /**
   * Notes that ended since the last call, from the report of the renderer on a seat. Of more than {@link reportedEndedNotes}
   * at once only the last are known.
   */
  poll(seat: number): EndedNote[] {
    const { words } = this.#memory;
    const count = Atomics.load(words, reportFieldIndex(this.#memory, seat, "endedNotes"));
    const fresh = (count - (this.#known ??= count)) | 0;
    if (fresh <= 0) return []; // a renderer that is behind, or has just joined
    this.#known = count;
    const first = reportFieldIndex(this.#memory, seat, "lastEndedNotes");
    return Array.from({ length: Math.min(fresh, reportedEndedNotes) }, (_, index) => {
      const number = (count - Math.min(fresh, reportedEndedNotes) + index) | 0;
      const place = first + (number & (reportedEndedNotes - 1)) * 2;
      return { instrument: words[place], id: words[place + 1] };
    });
  }
}
