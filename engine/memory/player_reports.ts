/** What renderers tell of their players, as anybody reads it. Any thread. */
import { playerCount, playerReportWords } from "./constants.ts";
import { reportFieldIndex } from "./seats.ts";
import type { SharedMemory } from "./shared_memory.ts";

/** Words of the report of a player. The rate is a 32-bit float. */
export const PlayerReport = {
  file: 0,
  /** 0: it has no file; 1: it pauses; 2: it plays. */
  state: 1,
  frame: 2,
  sliceStart: 3,
  sliceEnd: 4,
  late: 5,
  rate: 6,
  opened: 7,
} as const;

const states = ["empty", "paused", "playing"] as const;

/** A player, as a renderer had it after its last block. */
export interface ReportedPlayer {
  readonly player: number;
  readonly file: number;
  /** `empty`: it has no file any more; what follows is of the last one. */
  readonly state: "empty" | "paused" | "playing";
  /** Next frame of the file, and the slice that is played. */
  readonly frame: number;
  readonly sliceStart: number;
  readonly sliceEnd: number;
  readonly rate: number;
  /** Blocks in which it was late. */
  readonly late: number;
  /** Times that a file was opened on it. */
  readonly opened: number;
}

/** Players that have, or have had, a file, by the renderer on a seat. Main isolate and stream reader; allocates. */
export function reportedPlayers(memory: SharedMemory, seat: number): ReportedPlayer[] {
  const { words, floats } = memory;
  const first = reportFieldIndex(memory, seat, "players");
  return Array.from({ length: playerCount }, (_, player) => player).flatMap((player) => {
    const at = first + player * playerReportWords;
    if (words[at + PlayerReport.opened] === 0) return [];
    return [{
      player,
      file: words[at + PlayerReport.file],
      state: states[words[at + PlayerReport.state]],
      frame: words[at + PlayerReport.frame],
      sliceStart: words[at + PlayerReport.sliceStart],
      sliceEnd: words[at + PlayerReport.sliceEnd],
      rate: floats[at + PlayerReport.rate],
      late: words[at + PlayerReport.late],
      opened: words[at + PlayerReport.opened],
    }];
  });
}
