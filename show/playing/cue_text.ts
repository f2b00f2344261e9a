import { cueTitle } from "./compile_show.ts";
import type { CueList, ListedCue } from "./cue_list.ts";
import { leastFrames } from "./loops_without_time.ts";
import type { Cue } from "../file/show_file.ts";

/** What a cue does, in one line for the operator. */
export function cueText(cue: Cue): string {
  const title = cueTitle(cue);
  switch (cue.kind) {
    case "play": {
      const parts = [
        ...(cue.loops === 1 ? [] : [cue.loops === "forever" ? "loops" : `${cue.loops} times`]),
        ...(cue.rate === 1 ? [] : [`speed ${cue.rate}`]),
        ...(cue.levelDb === 0 ? [] : [`${cue.levelDb} dB`]),
        ...(cue.fadeInSeconds === 0 ? [] : [`fades in over ${cue.fadeInSeconds} s`]),
      ];
      return [title, ...parts].join(", ");
    }
    case "fade": {
      return `${title} ${fadeTarget(cue)} over ${cue.seconds} s${cue.thenStop ? ", then stop it" : ""}`;
    }
    case "memo":
      return cue.name === undefined ? title : cue.memo;
    case "note":
      return `${title} for ${cue.seconds} s`;
    case "osc":
      return `${title}${cue.to === undefined ? "" : ` to ${cue.to}`}`;
    default:
      return title;
  }
}

function fadeTarget({ fade, to, toDb }: Extract<Cue, { kind: "fade" }>): string {
  if (fade.startsWith("/")) return `to ${to ?? 0}`;
  return toDb === undefined ? "out" : `to ${toDb} dB`;
}

/** Frames of what a cue does; null: it does not end by itself. */
export function cueLength(list: CueList, cue: ListedCue): number | null {
  const frames = leastFrames(list, { ...cue, armed: true });
  return Number.isFinite(frames) ? Math.ceil(frames) : null;
}
