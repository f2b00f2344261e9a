/**
 * Notes that ended, from the arena of a renderer to the main isolate: a count that only grows, and the last notes in a ring.
 * All renderers count alike, so whoever is asked continues where another was.
 */
import { reportedEndedNotes } from "../memory/constants.ts";
import { within } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { PatchInstance } from "./patch_instance.ts";
import { reportIndex } from "./renderer.ts";

/** A note of which no voice sounds any more. */
export interface EndedNote {
  readonly instrument: number;
  readonly id: number;
}

const { endedNotes, lastEndedNotes } = within.seatReport;

/** Copies what has ended since the last block into the report that begins at word `report`. Renderer thread; allocates nothing. */
export function reportEndedNotes(
  { words, description }: PatchInstance,
  into: Int32Array,
  report: number,
): void {
  const { endedNotesOffset } = description.arena;
  if (endedNotesOffset === undefined) return;
  const first = endedNotesOffset / 4;
  const count = words[first];
  const known = into[report + endedNotes.index];
  if (count === known) return;
  const fresh = Math.min((count - known) >>> 0, reportedEndedNotes);
  for (let back = 1; back <= fresh; back++) {
    const place = ((count - back) & (reportedEndedNotes - 1)) * 2;
    into[report + lastEndedNotes.index + place] = words[first + 4 + place];
    into[report + lastEndedNotes.index + place + 1] = words[first + 5 + place];
  }
  Atomics.store(into, report + endedNotes.index, count);
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
  look(seat: number): EndedNote[] {
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
