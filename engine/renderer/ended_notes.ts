/**
 * Notes that ended, from the arena of a renderer to the main isolate: a count that only grows, and the last notes in a ring.
 * All renderers count alike, so the main isolate may read another one after each fault.
 */
import { endedNotesKept } from "../../compiler/graph/compiled_patch.ts";
import { invariant } from "../../foundation/invariant.ts";
import { reportedEndedNotes } from "../memory/constants.ts";
import { within } from "../memory/layout.ts";
import type { PatchInstance } from "./patch_instance.ts";

invariant(
  reportedEndedNotes === endedNotesKept,
  "ended notes: expected the report to hold all that an arena keeps",
);

const { endedNotes, lastEndedNotes } = within.seatReport;

/** Copies the notes that ended since the last block into the report at word `report`. Renderer thread; allocates nothing. */
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
