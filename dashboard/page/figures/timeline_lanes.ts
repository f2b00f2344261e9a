/**
 * Where the entries of the timeline stand: one lane for each sort of thing, ten minutes from the left to now at the right. Entries of a
 * lane that would lie on each other are one mark, as loud as its loudest, that counts them.
 */
import { type TimelineEntry, type TimelineKind, timelineMs } from "../../protocol.ts";

export type Severity = TimelineEntry["severity"];

/** A lane and the kinds that stand in it. */
export interface Lane {
  readonly name: string;
  readonly kinds: readonly TimelineKind[];
}

/** From the top down: the worse, the higher. */
export const lanes: readonly Lane[] = [
  { name: "Faults", kinds: ["fault", "overload"] },
  { name: "Concealed", kinds: ["concealed", "wrong"] },
  { name: "Rescued", kinds: ["rescued"] },
  { name: "Replaced", kinds: ["replacement", "role", "process"] },
  { name: "Late or refused", kinds: ["late", "refused", "quarantine"] },
  { name: "Xruns, overs", kinds: ["xrun", "over"] },
  { name: "Patch, device", kinds: ["patch", "device", "recording", "degraded", "restored"] },
];

/** One or several entries at one place. */
export interface Mark {
  /** 0: ten minutes ago, 1: now. */
  readonly at: number;
  readonly severity: Severity;
  readonly entries: number;
  /** Sum of what the entries count. */
  readonly count: number;
  /** The text of the loudest entry, or of the last of several that are as loud. */
  readonly text: string;
}

const loudness: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

/**
 * The marks of one lane, from old to new.
 *
 * @param nowUnixMs the right end, on the engine's clock
 * @param places marks that fit beside each other
 */
export function laneMarks(
  lane: Lane,
  entries: readonly TimelineEntry[],
  { nowUnixMs, places }: { readonly nowUnixMs: number; readonly places: number },
): Mark[] {
  const widthMs = timelineMs / places;
  const marks = new Map<number, Mark>();
  for (const { kind, unixMs, severity, text, count } of entries) {
    const at = 1 - (nowUnixMs - unixMs) / timelineMs;
    if (at < 0 || at > 1.01 || !lane.kinds.includes(kind)) continue;
    // places are fixed in time, so a mark moves with its neighbours and never jumps from one to another
    const place = Math.floor(unixMs / widthMs);
    const before = marks.get(place);
    const isLouder = before === undefined || loudness[severity] >= loudness[before.severity];
    marks.set(place, {
      at: Math.min(1, before?.at ?? at),
      severity: isLouder ? severity : before.severity,
      entries: (before?.entries ?? 0) + 1,
      count: (before?.count ?? 0) + count,
      text: isLouder ? text : before.text,
    });
  }
  return [...marks.values()];
}

/** The last fault of a role, or of its holder; undefined: none within ten minutes. */
export function lastFaultOf(
  role: string,
  entries: readonly TimelineEntry[],
): TimelineEntry | undefined {
  return entries.findLast(({ event }) => event?.event === "fault" && event.role === role);
}
