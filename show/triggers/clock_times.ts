/** When the triggers of the wall clock are due, in the machine's time zone. Pure but for that zone. */
import { weekdays } from "../file/show_file.ts";
import type { TriggeredCues } from "./triggered_cues.ts";

/** One trigger that is due. */
export interface DueCue {
  readonly key: string;
  readonly unixMs: number;
}

/**
 * The triggers that are due after one moment and up to another, in their order. A time that a change of the clock leaves out is that
 * much later; one that comes twice is due the first time.
 */
export function clockTimes(
  { clock }: Pick<TriggeredCues, "clock">,
  afterMs: number,
  untilMs: number,
): DueCue[] {
  if (clock.length === 0 || untilMs <= afterMs) return [];
  const due: DueCue[] = [];
  const day = new Date(afterMs);
  day.setHours(0, 0, 0, 0);
  // the day before reaches into this one where the clock is changed at midnight
  day.setDate(day.getDate() - 1);
  for (; day.getTime() <= untilMs; day.setDate(day.getDate() + 1)) {
    for (const { key, trigger } of clock) {
      if (trigger.days !== undefined && !trigger.days.includes(weekdays[day.getDay()])) continue;
      const [hours, minutes, seconds = 0] = trigger.clock.split(":").map(Number);
      const unixMs = new Date(day.getFullYear(), day.getMonth(), day.getDate(), hours, minutes, seconds)
        .getTime();
      if (unixMs > afterMs && unixMs <= untilMs) due.push({ key, unixMs });
    }
  }
  return due.sort((a, b) => a.unixMs - b.unixMs);
}
