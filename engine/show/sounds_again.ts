import type { ArmedFile, Command, PlayerAction } from "../control/control.ts";
import { levelAt, planFrom, type ShowState } from "../../show/mod.ts";
import { beginningOf, declickSeconds } from "./show_commands.ts";

/** Commands that begin everything that sounds at a frame again, where it is: for players that have lost what they had. */
export function soundsAgain(
  { running }: ShowState,
  frame: number,
  fileOf: (name: string) => ArmedFile | undefined,
): Command[] {
  return running.flatMap((cue): Command[] => {
    const { player, parts, origin, level, pausedAt, stage, cue: { deed } } = cue;
    if (player === null || deed.kind !== "play" || (stage !== "deed" && stage !== "stopping")) return [];
    const file = fileOf(deed.file);
    const place = planFrom(parts, Math.max(0, ((pausedAt ?? frame) - origin) * deed.rate));
    if (file === undefined || place === undefined) return [];
    const left = level === null ? 0 : level.at + level.frames - frame;
    const levels: PlayerAction[] = level === null ? [] : [
      { what: "level", gain: gainOf(levelAt(level, pausedAt ?? frame)), frames: 0 },
      ...(left > 0
        ? [{ what: "level", gain: gainOf(level.toDb), frames: left, curve: level.curve } as const]
        : []),
    ];
    const setup = { routes: deed.routes, rate: deed.rate, parts: place.parts, levels };
    const opens: PlayerAction = { what: "gate", open: true, frames: Math.round(declickSeconds * 48_000) };
    const begun = beginningOf(file, setup, place.position).slice(0, -1);
    const ends: PlayerAction[] = stage === "stopping" && cue.endsAt !== null
      ? [{ what: "gate", open: false, frames: Math.max(0, cue.endsAt - frame), then: "stop", holds: true }]
      : [];
    return [...begun, ...(pausedAt === null ? [opens] : []), ...ends].map((action) => ({
      kind: "player",
      player: player - 1,
      ...action,
    }));
  });
}

function gainOf(db: number | null): number {
  return db === null || db <= -120 ? 0 : 10 ** (db / 20);
}
