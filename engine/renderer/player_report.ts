/**
 * What a renderer tells of its players: for the stream reader, which pages they need next, and for the main isolate, where they are.
 * Renderer threads write it; nothing allocates.
 */
import { playerCount, playerReportWords } from "../memory/constants.ts";
import { within } from "../memory/layout.ts";
import { PlayerReport } from "../memory/player_reports.ts";
import type { PatchInstance } from "./patch_instance.ts";
import { Player, playerIndex, PlayerState, sliceEnd, sliceStart } from "./player.ts";

/** Writes the report of all players into that of a seat, which begins at `report`. */
export function reportPlayers(instance: PatchInstance, words: Int32Array, report: number): void {
  const { words: arena } = instance;
  const first = report + within.seatReport.players.index;
  for (let player = 0; player < playerCount; player++) {
    const at = playerIndex(instance, player);
    const to = first + player * playerReportWords;
    const state = arena[at + Player.state];
    if (state === PlayerState.empty) {
      words[to + PlayerReport.state] = PlayerState.empty;
      words[to + PlayerReport.late] = arena[at + Player.late];
      words[to + PlayerReport.opened] = arena[at + Player.opened];
      continue;
    }
    const slice = arena[at + Player.slice];
    words[to + PlayerReport.file] = arena[at + Player.file];
    words[to + PlayerReport.state] = state;
    words[to + PlayerReport.frame] = arena[at + Player.frame];
    words[to + PlayerReport.sliceStart] = sliceStart(arena, at, slice);
    words[to + PlayerReport.sliceEnd] = sliceEnd(arena, at, slice);
    words[to + PlayerReport.late] = arena[at + Player.late];
    words[to + PlayerReport.rate] = arena[at + Player.rate];
    words[to + PlayerReport.opened] = arena[at + Player.opened];
  }
}
