/**
 * Reads ahead of the players: in each turn it looks where renderers have them, and reads the pages that come next, the most urgent
 * first. Pages that were played stay until others need their place, because a renderer that joins plays the last seconds again.
 * Stream reader thread.
 */
import { createHash } from "node:crypto";
import { within } from "../../foundation/within.ts";
import { isLtcName } from "../../timecode/ltc_name.ts";
import { seatCount } from "../memory/constants.ts";
import { SeatState } from "../memory/layout.ts";
import { reportedPlayers } from "../memory/player_reports.ts";
import { reportFieldIndex } from "../memory/seats.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { pageFrames } from "../memory/stream_pages.ts";
import { PagePool } from "./page_pool.ts";
import type { StreamReaderReport } from "./reader_messages.ts";
import { maxReadFrames, type Source } from "./source/source.ts";
import { SourceProcess } from "./source/source_process.ts";

/** Sound that is read ahead of a player, and kept of the beginning of a file and of every place to which a player may jump. */
const aheadSeconds = 1.5;
const headSeconds = 0.5;

/** The same where there is room: a disk that stands still for two seconds is not heard then. */
const roomyAheadSeconds = 3;
const roomyHeadSeconds = 2.5;

/** Part of the memory up to which it counts as room; the rest is for what was played, which renderers that join play again. */
const roomyShare = 0.75;

/** Pages that are read in a turn, so that the next look at the players comes soon. */
const maxPagesInTurn = 16;

/** Time that a turn waits for what it has begun to read. */
const turnMs = 20;

/** Bytes that are hashed in a turn in which there was nothing to read. */
const hashBytes = 2 ** 20;

const noRoom =
  "there is no room for its beginning in memory: disarm files that are not played any more, or start with more " +
  "UNDERSTUDY_STREAM_MIB";

/** Who gets the memory first: what plays and what was promised, what is to be promised, what is kept where there is room. */
const rank = { firm: 0, asked: 1, roomy: 2 } as const;

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
  isReading: boolean;
}

interface Want {
  readonly open: OpenFile;
  readonly page: number;
  /** Frames until it is needed. */
  readonly urgency: number;
  readonly rank: number;
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
  /** Places that are to be kept of files that are not open yet. */
  readonly #places = new Map<number, Set<number>>();
  readonly #unhashed: { readonly file: number; readonly path: string }[] = [];
  #hashing: Hashing | undefined;
  /** Reads that have begun: a file whose disk does not answer stops no other. */
  readonly #reads = new Set<Promise<void>>();
  /** Files are of unknown origin: their decoders may fall. */
  readonly #process: SourceProcess;

  constructor(memory: SharedMemory, report: (report: StreamReaderReport) => void) {
    this.#memory = memory;
    this.#pool = new PagePool(memory);
    this.#report = report;
    this.#process = new SourceProcess({ onRestart: (text) => report({ kind: "loss", text }) });
  }

  /** Lets the process that decodes fall: a fault of tests. */
  fall(): void {
    const id = this.#process.processId;
    if (id !== undefined) Deno.kill(id, "SIGKILL");
  }

  /** Ends the process that decodes. */
  end(): void {
    this.#process.close();
  }

  /** Opens a file. What fails is reported. */
  async open(file: number, path: string): Promise<void> {
    const { sampleRateHz } = this.#memory.geometry;
    try {
      const source = await this.#process.open(path, {
        sampleRateHz,
        onWarning: (text) => this.#report({ kind: "warning", text }),
      });
      const frames = source.frames ?? await source.measure();
      const places = this.#places.get(file) ?? [];
      this.#places.delete(file);
      this.#files.set(file, {
        ...{ file, path, source, frames, perPage: pageFrames(source.channels) },
        ...{ pins: new Set([0, ...places]), untold: new Set(places), isTold: false },
        isReading: false,
      });
      if (!isLtcName(path)) this.#unhashed.push({ file, path });
    } catch (error) {
      this.#report({ kind: "failed", file, problem: (error as Error).message });
    }
  }

  /** Keeps a place of a file in memory, as soon as it is open. */
  pin(file: number, frame: number): void {
    const open = this.#files.get(file);
    if (open === undefined) this.#places.set(file, (this.#places.get(file) ?? new Set()).add(frame));
    open?.pins.add(frame);
    open?.untold.add(frame);
  }

  async close(file: number): Promise<void> {
    const open = this.#files.get(file);
    this.#files.delete(file);
    this.#places.delete(file);
    this.#pool.forget(file);
    await open?.source.close();
  }

  /** Reads what is most urgent. Returns whether there is more to do at once. */
  async turn(): Promise<boolean> {
    this.#pool.begin();
    const missing = this.#affordable(this.#wants())
      .filter(({ open, page }) => !this.#pool.want(open.file, page) && !open.isReading);
    const now = missing.slice(0, maxPagesInTurn);
    for (const [open, wants] of Map.groupBy(now, ({ open }) => open)) {
      this.#begin(this.#read(open, wants.map(({ page }) => page)));
    }
    const isToHash = this.#hashing !== undefined || this.#unhashed.length > 0;
    if (missing.length === 0 && this.#reads.size === 0 && isToHash) this.#begin(this.#hash());
    const isBusy = this.#reads.size > 0;
    await within(Promise.all(this.#reads), turnMs);
    if (missing.length <= maxPagesInTurn) this.#tell();
    return isBusy;
  }

  #begin(read: Promise<void>): void {
    this.#reads.add(read);
    void read.finally(() => this.#reads.delete(read));
  }

  /** As many as there is room for, each once, the most urgent first. A file whose beginning has no room is refused. */
  #affordable(wants: readonly Want[]): Want[] {
    const { pageCount } = this.#memory.geometry;
    const byKey = new Map<string, Want>();
    for (const want of wants.toSorted((a, b) => a.rank - b.rank || a.urgency - b.urgency)) {
      const key = `${want.open.file} ${want.page}`;
      if (byKey.has(key)) continue;
      if (byKey.size < (want.rank === rank.roomy ? pageCount * roomyShare : pageCount)) byKey.set(key, want);
      else if (want.rank === rank.asked && !want.open.isTold && this.#files.has(want.open.file)) {
        this.#fail(want.open, noRoom);
      }
    }
    return [...byKey.values()].filter(({ open }) => this.#files.get(open.file) === open)
      .sort((a, b) => a.urgency - b.urgency);
  }

  /** Pages that players and places need, each once or more often. */
  #wants(): Want[] {
    const { sampleRateHz } = this.#memory.geometry;
    const frames = (seconds: number) => Math.ceil(seconds * sampleRateHz);
    const [ahead, head] = [frames(aheadSeconds), frames(headSeconds)];
    const [roomyAhead, roomyHead] = [frames(roomyAheadSeconds), frames(roomyHeadSeconds)];
    const wants: Want[] = [];
    const add = (open: OpenFile, [from, to]: readonly [number, number], urgency: number, rank: number) => {
      const first = Math.floor(Math.max(0, from) / open.perPage);
      const last = Math.floor((Math.min(to, open.frames) - 1) / open.perPage);
      for (let page = first; page <= last; page++) {
        wants.push({ open, page, urgency: urgency + (page - first) * open.perPage, rank });
      }
    };
    for (const open of this.#files.values()) {
      for (const frame of open.pins) {
        const isTold = open.isTold && !open.untold.has(frame);
        add(open, [frame - 1, frame + head], isTold ? ahead : head, isTold ? rank.firm : rank.asked);
        add(open, [frame + head, frame + roomyHead], roomyAhead, rank.roomy);
      }
    }
    for (let seat = 0; seat < seatCount; seat++) {
      const state = reportFieldIndex(this.#memory, seat, "state");
      if (Atomics.load(this.#memory.words, state) !== SeatState.running) continue;
      for (const player of reportedPlayers(this.#memory, seat)) {
        const open = this.#files.get(player.file);
        if (open === undefined || player.state === "empty") continue;
        const { frame, sliceStart, sliceEnd } = player;
        const isPlaying = player.state === "playing";
        const speed = Math.max(1, player.rate);
        const reach = isPlaying ? Math.ceil(ahead * speed) : head;
        const roomyReach = isPlaying ? Math.ceil(roomyAhead * speed) : roomyHead;
        add(open, [frame - 1, frame + reach], 0, rank.firm);
        add(open, [frame + reach, frame + roomyReach], reach, rank.roomy);
        // the way back, and the way on
        const toEnd = Math.max(0, sliceEnd - frame);
        if (!isPlaying || toEnd >= roomyReach) continue;
        const isNear = toEnd < reach;
        add(open, [sliceStart - 1, sliceStart + head], toEnd, isNear ? rank.firm : rank.roomy);
        add(open, [sliceStart + head, sliceStart + roomyReach - toEnd], toEnd + head, rank.roomy);
      }
    }
    return wants;
  }

  /** Reads pages of a file, those that follow one another at once. Never rejects. */
  async #read(open: OpenFile, pages: readonly number[]): Promise<void> {
    const { file, source, perPage } = open;
    open.isReading = true;
    try {
      for (let at = 0, count = 0; at < pages.length; at += count) {
        for (count = 1; pages[at + count] === pages[at] + count && (count + 1) * perPage <= maxReadFrames;) {
          count++;
        }
        const samples = await source.read(pages[at] * perPage, count * perPage);
        if (this.#files.get(file) !== open) return;
        for (let index = 0; index < count; index++) {
          if (!this.#pool.put(file, pages[at] + index, pageOf(samples, { index, count, perPage }))) return;
        }
      }
    } catch (error) {
      if (this.#files.get(file) === open) this.#fail(open, (error as Error).message);
    } finally {
      open.isReading = false;
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

  /** Hashes a piece of a file. Never rejects. */
  async #hash(): Promise<void> {
    if (this.#hashing === undefined) {
      const next = this.#unhashed.shift();
      if (next === undefined) return;
      try {
        const handle = await Deno.open(next.path);
        this.#hashing = { file: next.file, handle, hash: createHash("sha256") };
      } catch {
        return; // it has been deleted: it is recorded without a checksum
      }
    }
    const { file, handle, hash } = this.#hashing;
    const piece = new Uint8Array(hashBytes);
    const count = await handle.read(piece).catch(() => null);
    if (count !== null) {
      hash.update(piece.subarray(0, count));
      return;
    }
    handle.close();
    this.#hashing = undefined;
    this.#report({ kind: "hashed", file, sha256: hash.digest("hex") });
  }
}

/** One of some pages that were read together. */
function pageOf(
  samples: Float32Array<ArrayBuffer>,
  { index, count, perPage }: { readonly index: number; readonly count: number; readonly perPage: number },
): Float32Array<ArrayBuffer> {
  if (count === 1) return samples;
  const channels = samples.length / (count * perPage);
  const page = new Float32Array(channels * perPage);
  for (let channel = 0; channel < channels; channel++) {
    const first = (channel * count + index) * perPage;
    page.set(samples.subarray(first, first + perPage), channel * perPage);
  }
  return page;
}
