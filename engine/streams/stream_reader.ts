/**
 * Reads ahead of the players: in each turn it looks where renderers have them, and reads the pages that come next, the most urgent
 * first. Pages that were played stay until others need their place, because a renderer that joins plays the last seconds again.
 * Stream reader thread.
 */
import { createHash } from "node:crypto";
import { seatCount } from "../memory/constants.ts";
import { SeatState } from "../memory/layout.ts";
import { reportedPlayers } from "../memory/player_reports.ts";
import { reportFieldIndex } from "../memory/seats.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { pageFrames } from "../memory/stream_pages.ts";
import { PagePool } from "./page_pool.ts";
import type { StreamReaderReport } from "./reader_messages.ts";
import { openSource } from "./source/open_source.ts";
import { maxReadFrames, type Source } from "./source/source.ts";

/** Sound that is read ahead of a player, and kept of the beginning of a file and of every place to which a player may jump. */
const aheadSeconds = 1.5;
const headSeconds = 0.5;

/** Pages that are read in a turn, so that the next look at the players comes soon. */
const maxPagesInTurn = 16;

/** Bytes that are hashed in a turn in which there was nothing to read. */
const hashBytes = 2 ** 20;

const noRoom =
  "there is no room for its beginning in memory: disarm files that are not played any more, or start with more " +
  "UNDERSTUDY_STREAM_MIB";

interface OpenFile {
  readonly file: number;
  readonly path: string;
  readonly source: Source;
  readonly frames: number;
  readonly perPage: number;
  /** First frames of what stays in memory, and those that were not told yet. */
  readonly pins: Set<number>;
  readonly untold: Set<number>;
  isTold: boolean;
}

interface Want {
  readonly open: OpenFile;
  readonly page: number;
  /** Frames until it is needed. */
  readonly urgency: number;
}

interface Hashing {
  readonly file: number;
  readonly handle: Deno.FsFile;
  readonly hash: ReturnType<typeof createHash>;
}

export class StreamReader {
  readonly #memory: SharedMemory;
  readonly #pool: PagePool;
  readonly #report: (report: StreamReaderReport) => void;
  readonly #files = new Map<number, OpenFile>();
  readonly #unhashed: { readonly file: number; readonly path: string }[] = [];
  #hashing: Hashing | undefined;

  constructor(memory: SharedMemory, report: (report: StreamReaderReport) => void) {
    this.#memory = memory;
    this.#pool = new PagePool(memory);
    this.#report = report;
  }

  /** Opens a file. What fails is reported. */
  async open(file: number, path: string): Promise<void> {
    const { sampleRateHz } = this.#memory.geometry;
    try {
      const source = await openSource(path, {
        sampleRateHz,
        onWarning: (text) => this.#report({ kind: "warning", text }),
      });
      const frames = source.frames ?? await source.measure();
      this.#files.set(file, {
        ...{ file, path, source, frames, perPage: pageFrames(source.channels) },
        ...{ pins: new Set([0]), untold: new Set(), isTold: false },
      });
      this.#unhashed.push({ file, path });
    } catch (error) {
      this.#report({ kind: "failed", file, problem: (error as Error).message });
    }
  }

  /** Keeps a place of a file in memory. */
  pin(file: number, frame: number): void {
    const open = this.#files.get(file);
    open?.pins.add(frame);
    open?.untold.add(frame);
  }

  async close(file: number): Promise<void> {
    const open = this.#files.get(file);
    this.#files.delete(file);
    this.#pool.forget(file);
    await open?.source.close();
  }

  /** Reads what is most urgent. Returns whether there is more to do at once. */
  async turn(): Promise<boolean> {
    this.#pool.begin();
    const missing = this.#wants().filter(({ open, page }) => !this.#pool.want(open.file, page))
      .toSorted((a, b) => a.urgency - b.urgency);
    let count = 0;
    while (count < Math.min(missing.length, maxPagesInTurn) && await this.#read(missing[count])) count++;
    if (missing.length <= maxPagesInTurn) this.#tell();
    return count > 0 || (missing.length === 0 && await this.#hash());
  }

  /** Pages that players and places need, each once or more often. */
  #wants(): Want[] {
    const { sampleRateHz } = this.#memory.geometry;
    const [ahead, head] = [aheadSeconds, headSeconds].map((seconds) => Math.ceil(seconds * sampleRateHz));
    const wants: Want[] = [];
    const add = (open: OpenFile, from: number, to: number, urgency: number) => {
      const first = Math.floor(Math.max(0, from) / open.perPage);
      const last = Math.floor((Math.min(to, open.frames) - 1) / open.perPage);
      for (let page = first; page <= last; page++) {
        wants.push({ open, page, urgency: urgency + (page - first) * open.perPage });
      }
    };
    for (const open of this.#files.values()) {
      for (const frame of open.pins) add(open, frame - 1, frame + head, open.isTold ? ahead : head);
    }
    for (let seat = 0; seat < seatCount; seat++) {
      const state = reportFieldIndex(this.#memory, seat, "state");
      if (Atomics.load(this.#memory.words, state) !== SeatState.running) continue;
      for (const player of reportedPlayers(this.#memory, seat)) {
        const open = this.#files.get(player.file);
        if (open === undefined || player.state === "empty") continue;
        const { frame, sliceStart, sliceEnd } = player;
        const isPlaying = player.state === "playing";
        const reach = isPlaying ? Math.ceil(ahead * Math.max(1, player.rate)) : head;
        add(open, frame - 1, frame + reach, 0);
        // the way back, and the way on
        const toEnd = sliceEnd - frame;
        if (isPlaying && toEnd < reach) add(open, sliceStart - 1, sliceStart + head, Math.max(0, toEnd));
      }
    }
    return wants;
  }

  /** Reads a page. False: there is no room, or the file cannot be read. */
  async #read({ open, page }: Want): Promise<boolean> {
    const { file, source, perPage } = open;
    if (this.#pool.want(file, page)) return true;
    try {
      const samples = await source.read(page * perPage, Math.min(perPage, maxReadFrames));
      if (this.#files.get(file) !== open) return true;
      if (this.#pool.put(file, page, samples)) return true;
      if (!open.isTold) this.#fail(open, noRoom);
      return false;
    } catch (error) {
      this.#fail(open, (error as Error).message);
      return false;
    }
  }

  #fail({ file, source }: OpenFile, problem: string): void {
    this.#files.delete(file);
    void source.close().catch(() => {});
    this.#report({ kind: "failed", file, problem });
  }

  /** Tells which files and places are in memory by now. */
  #tell(): void {
    const head = Math.ceil(headSeconds * this.#memory.geometry.sampleRateHz);
    const isThere = ({ file, perPage, frames }: OpenFile, frame: number) => {
      const last = Math.floor((Math.min(frame + head, frames) - 1) / perPage);
      for (let page = Math.floor(Math.max(0, frame - 1) / perPage); page <= last; page++) {
        if (!this.#pool.want(file, page)) return false;
      }
      return true;
    };
    for (const open of this.#files.values()) {
      if (!open.isTold && isThere(open, 0)) {
        open.isTold = true;
        const { file, frames, source: { channels } } = open;
        this.#report({ kind: "armed", file, channels, frames });
      }
      for (const frame of open.untold) {
        if (!isThere(open, frame)) continue;
        open.untold.delete(frame);
        this.#report({ kind: "pinned", file: open.file, frame });
      }
    }
  }

  /** Hashes a piece of a file. Returns whether there is more. */
  async #hash(): Promise<boolean> {
    if (this.#hashing === undefined) {
      const next = this.#unhashed.shift();
      if (next === undefined) return false;
      try {
        const handle = await Deno.open(next.path);
        this.#hashing = { file: next.file, handle, hash: createHash("sha256") };
      } catch {
        return true; // it has been deleted: it is recorded without a checksum
      }
    }
    const { file, handle, hash } = this.#hashing;
    const piece = new Uint8Array(hashBytes);
    const count = await handle.read(piece).catch(() => null);
    if (count !== null) {
      hash.update(piece.subarray(0, count));
      return true;
    }
    handle.close();
    this.#hashing = undefined;
    this.#report({ kind: "hashed", file, sha256: hash.digest("hex") });
    return this.#unhashed.length > 0;
  }
}
