/** Files that play in the simulator: the commands for it, and what reads them, now and then too late. */
import type { PlayerAction } from "../../engine/control/control.ts";
import type { LogEntry } from "../../engine/log/command_log.ts";
import { encodePlayerCommand } from "../../engine/log/player_encoding.ts";
import { seatCount } from "../../engine/memory/constants.ts";
import { SeatState } from "../../engine/memory/layout.ts";
import { reportedPlayers } from "../../engine/memory/player_reports.ts";
import { reportFieldIndex } from "../../engine/memory/seats.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { pageFrames } from "../../engine/memory/stream_pages.ts";
import { PagePool } from "../../engine/streams/page_pool.ts";
import { lineFrames, linePage } from "../../testing/engine/stream_renderer.ts";
import type { SeededRandom } from "../../testing/seeded_random.ts";

const channels = 2;
const files = [1, 2, 3] as const;

/** Players that are used: the first, the last of the first half of a seal, the first of the second, and the last. */
const players = [0, 15, 16, 31] as const;
const perPage = pageFrames(channels);
const pages = Array.from({ length: Math.ceil(lineFrames / perPage) }, (_, page) => linePage(page));

/** Pages of the memory: for all files; and fewer than that, so that some give way while they are heard. */
export const streamPageCounts = [16, 8] as const;

/** Places near the borders of pages and slices. */
const places = [0, 100, perPage - 40, perPage - 6, 2 * perPage - 20, lineFrames - 50] as const;
const ends = [130, perPage - 10, perPage + 4, perPage + 44, 2 * perPage] as const;
const fades = [0, 1, 8, 16] as const;

export class SimulatedStreams {
  readonly #memory: SharedMemory;
  readonly #random: SeededRandom;
  #pool: PagePool;
  /** Steps from one page to the next, about. */
  readonly #pace: number;

  constructor(memory: SharedMemory, random: SeededRandom) {
    this.#memory = memory;
    this.#random = random;
    this.#pool = new PagePool(memory);
    this.#pace = random.pick([20, 200, 2_000]);
  }

  /** A step of what reads: it puts a page that a player needs, or another one; at times it is a thread that has just begun. */
  step(): void {
    if (this.#random.below(this.#pace) !== 0) return;
    if (this.#random.chance(0.05)) this.#pool = new PagePool(this.#memory);
    this.#pool.begin();
    const missing = this.#wanted().filter(([file, page]) => !this.#pool.want(file, page));
    const other = [this.#random.pick(files), this.#random.below(pages.length)] as const;
    const [file, page] = missing.length > 0 && this.#random.chance(0.9) ? this.#random.pick(missing) : other;
    this.#pool.put(file, page, pages[page]);
  }

  /** Pages that players are on, and those after them. */
  #wanted(): (readonly [file: number, page: number])[] {
    const { words } = this.#memory;
    return Array.from({ length: seatCount }, (_, seat) => seat)
      .filter((seat) => words[reportFieldIndex(this.#memory, seat, "state")] === SeatState.running)
      .flatMap((seat) => reportedPlayers(this.#memory, seat))
      .filter(({ state }) => state !== "empty")
      .flatMap(({ file, frame, sliceStart }) =>
        [frame, frame + 300, sliceStart].map((at) => [file, Math.floor(at / perPage)] as const)
      )
      .filter(([, page]) => page < pages.length);
  }

  /** Entries that act on a player. */
  entries(at: LogEntry["at"]): LogEntry[] {
    const player = this.#random.pick(players);
    return this.#actions().map((action) => encodePlayerCommand({ kind: "player", player, ...action }, at));
  }

  #actions(): PlayerAction[] {
    const { pick, below } = bound(this.#random);
    const frames = pick(fades);
    switch (below(8)) {
      case 0:
        return [{ what: "seek", frame: pick(places) }];
      case 1:
        return [{ what: "gate", open: false, frames, then: pick(["stop", "pause"] as const) }];
      case 2:
        return [{ what: "gate", open: true, frames }];
      case 3:
        return [{ what: "level", gain: pick([0.25, 0.5, 1]), frames: 0 }, { what: "devamp" }];
      default: {
        const slices = ends.filter(() => below(2) === 0);
        return [
          { what: "open", file: pick(files), channels },
          ...[...slices, lineFrames].map((endFrame): PlayerAction => ({
            what: "slice",
            endFrame,
            count: below(4),
          })),
          { what: "route", channel: below(2), bus: 0, gain: 1, frames: 0 },
          { what: "seek", frame: pick(places) },
          { what: "gate", open: true, frames },
        ];
      }
    }
  }
}

function bound(random: SeededRandom) {
  return {
    pick: <Item>(items: readonly Item[]) => random.pick(items),
    below: (limit: number) => random.below(limit),
  };
}
