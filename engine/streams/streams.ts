/**
 * Sound files that are played from the disk: which are armed, the thread that reads them, and what becomes of the players. A thread
 * that falls is started again, with all files. Main isolate.
 */
import { resolve, sep } from "node:path";
import { Worker } from "node:worker_threads";
import { within } from "../../foundation/within.ts";
import { isLtcName } from "../../timecode/ltc_name.ts";
import {
  type ArmedFile,
  CommandRefusedError,
  type EngineEvent,
  type PlayerStatus,
} from "../control/control.ts";
import { type ReportedPlayer, reportedPlayers } from "../memory/player_reports.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { StreamReaderReport, StreamReaderRequest, StreamReaderStart } from "./reader_messages.ts";
import type { PlacedStream, StreamedFile } from "./streamed_file.ts";

/** The thread must have left within this when the engine ends. */
const terminateMs = 500;

/** Time until a file that could not be read is opened again. */
const reopenMs = 1_000;

/** Time between two lines that say that files were late. */
const lossMs = 1_000;

/** Files that are armed at once, at most. */
const maxArmed = 1_024;

export interface StreamsOptions {
  readonly memory: SharedMemory;
  /** Folder of the files; what lies outside of it is not played. */
  readonly folder: string;
  /** Files that play on from before; omitted: none. */
  readonly files?: readonly StreamedFile[];
  /** Where players are in them; omitted: nowhere. */
  readonly places?: readonly PlacedStream[];
  readonly emit: (event: EngineEvent) => void;
  /** Records a file, before anything plays it, and again once its checksum is known. */
  readonly record: (file: StreamedFile) => void;
  /** Files or places are armed that were not, or are not any more: keeps them for a control process that takes over. */
  readonly keep: () => void;
  /** Something is worth knowing about a file. */
  readonly onWarning: (text: string) => void;
  /** Something went wrong that is over already. */
  readonly onLoss: (text: string) => void;
}

interface Known {
  file: StreamedFile;
  readonly armed: PromiseWithResolvers<ArmedFile>;
  isArmed: boolean;
  readonly pins: Map<number, PromiseWithResolvers<void>>;
}

export class Streams {
  readonly #options: StreamsOptions;
  /** By their numbers. */
  readonly #known = new Map<number, Known>();
  #worker: Worker | undefined;
  #nextNumber = 1;
  /** What each player was last told to be. */
  readonly #players = new Map<number, ReportedPlayer>();
  #late = 0;
  /** Files that were late since that was told, and when it may be told again. */
  readonly #lateNames = new Set<string>();
  #nextLossMs = 0;
  #restarts = 0;
  #isClosed = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
    for (const file of options.files ?? []) {
      this.#known.set(file.number, newlyKnown(file));
      this.#nextNumber = Math.max(this.#nextNumber, file.number + 1);
    }
    for (const { file, frame } of options.places ?? []) {
      this.#known.get(file)?.pins.set(frame, Promise.withResolvers());
    }
    if (this.#known.size > 0) this.#start();
  }

  /** Files that can be played now. */
  get armed(): readonly ArmedFile[] {
    return [...this.#known.values()].filter(({ isArmed }) => isArmed).map(({ file }) => file);
  }

  /** Every file that something may still play, with its checksum where it is known. */
  get files(): readonly StreamedFile[] {
    return [...this.#known.values()].filter(({ file }) => file.channels > 0).map(({ file }) => file);
  }

  /** Places in them that are armed. */
  get places(): readonly PlacedStream[] {
    return [...this.#known.values()].flatMap(({ file: { number }, pins }) =>
      [...pins.keys()].map((frame) => ({ file: number, frame }))
    );
  }

  /** What plays now. */
  get players(): readonly PlayerStatus[] {
    const { sampleRateHz } = this.#options.memory.geometry;
    return [...this.#players.values()].flatMap(({ player, file, state, frame, late }) => {
      const known = this.#known.get(file)?.file;
      return state === "empty" ? [] : {
        ...{ player, state, lateBlocks: late, name: known?.name ?? "" },
        ...{ seconds: frame / sampleRateHz, lengthSeconds: (known?.frames ?? 0) / sampleRateHz },
      };
    });
  }

  /** Blocks of players that were silent because their pages were not there. */
  get lateBlocks(): number {
    return this.#late;
  }

  /** Times that the thread was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Resolves when every file that plays on from before can be read again, or cannot. */
  async ready(): Promise<void> {
    const waits = [...this.#known.values()].map(async ({ armed, pins }) => {
      await armed.promise;
      await Promise.all([...pins.values()].map(({ promise }) => promise));
    });
    await Promise.allSettled(waits);
  }

  /**
   * Opens a file and keeps its beginning in memory. Resolves when a player can begin at once.
   *
   * @param path omitted: in the folder of the settings, by its name
   * @throws {CommandRefusedError} with the remedy
   */
  async arm(name: string, frame = 0, path = this.#pathOf(name)): Promise<ArmedFile> {
    const { memory } = this.#options;
    if (memory.geometry.pageCount === 0) {
      throw new CommandRefusedError("nothing can be streamed; start with UNDERSTUDY_STREAM_MIB=64");
    }
    let known = [...this.#known.values()].find(({ file }) => file.path === path);
    if (known === undefined) {
      if (this.#known.size >= maxArmed) {
        throw new CommandRefusedError(`more than ${maxArmed} files are armed; disarm some`);
      }
      const number = this.#nextNumber++;
      known = newlyKnown({ number, name, path, channels: 0, frames: 0, sha256: "" });
      this.#known.set(number, known);
      this.#start();
      this.#post({ kind: "open", file: number, path });
    }
    const armed = await known.armed.promise;
    if (frame > 0) {
      const pinned = known.pins.get(frame) ?? Promise.withResolvers<void>();
      if (!known.pins.has(frame)) this.#post({ kind: "pin", file: armed.number, frame });
      known.pins.set(frame, pinned);
      await pinned.promise;
    }
    return armed;
  }

  /** The path of a file in the folder; timecode is its own. Throws CommandRefusedError. */
  #pathOf(name: string): string {
    if (isLtcName(name)) return name;
    const folder = resolve(this.#options.folder);
    const path = resolve(folder, name);
    if (path.startsWith(folder + sep)) return path;
    throw new CommandRefusedError(
      `${name}: expected a file in the folder of UNDERSTUDY_STREAM_FOLDER, ${folder}`,
    );
  }

  /** Lets go of a file. Throws CommandRefusedError where it is not armed or plays. */
  disarm(name: string, path = this.#pathOf(name)): void {
    const known = [...this.#known.values()].find(({ file }) => file.path === path);
    if (known === undefined) throw new CommandRefusedError(`${name} is not armed`);
    const { number } = known.file;
    const playing = [...this.#players.values()].find(({ file, state }) =>
      file === number && state !== "empty"
    );
    if (playing !== undefined) {
      throw new CommandRefusedError(`${name} is on player ${playing.player + 1}; stop it first`);
    }
    this.#known.delete(number);
    this.#post({ kind: "close", file: number });
    this.#options.keep();
  }

  /** Looks at the players of the renderer on a seat. Cheap where nothing was armed. */
  poll(seat: number | undefined): void {
    if (this.#worker === undefined || seat === undefined) return;
    for (const reported of reportedPlayers(this.#options.memory, seat)) this.#follow(reported);
    if (this.#lateNames.size > 0 && performance.now() >= this.#nextLossMs) this.#tellLate();
  }

  /** Renderers begin again: no player has a file any more. */
  restart(): void {
    for (const { player, file, state } of this.#players.values()) {
      if (state !== "empty") this.#options.emit({ event: "streamEnd", player, name: this.#nameOf(file) });
    }
    this.#players.clear();
  }

  /** One seat may be a few blocks behind the one that was looked at before: what was told is not told again. */
  #follow(reported: ReportedPlayer): void {
    const { emit, memory: { geometry } } = this.#options;
    const { player, file, opened, late, frame, state } = reported;
    const before = this.#players.get(player);
    const isSame = before?.opened === opened;
    if (
      before !== undefined && (((opened - before.opened) | 0) < 0 || (isSame && before.state === "empty"))
    ) return;
    this.#players.set(player, { ...reported, late: Math.max(late, isSame ? before.late : 0) });
    const name = this.#nameOf(file);
    if (before !== undefined && !isSame && before.state !== "empty") {
      emit({ event: "streamEnd", player, name: this.#nameOf(before.file) });
    }
    if (!isSame) emit({ event: "streamOpen", player, name });
    const blocks = late - (isSame ? before.late : 0);
    if (blocks > 0) {
      this.#late += blocks;
      this.#lateNames.add(name);
      emit({ event: "streamLate", player, name, blocks, seconds: frame / geometry.sampleRateHz });
    }
    if (state === "empty") emit({ event: "streamEnd", player, name });
  }

  /** At most once a second: a disk that is too slow is so in every block. */
  #tellLate(): void {
    const names = [...this.#lateNames].join(", ");
    this.#lateNames.clear();
    this.#nextLossMs = performance.now() + lossMs;
    this.#options.onLoss(
      `${names}: silent for some blocks (${this.#late} so far), the disk or its reader was too slow`,
    );
  }

  #nameOf(file: number): string {
    return this.#known.get(file)?.file.name ?? "";
  }

  /** Breaks the thread on purpose: ends it or its process, or lets it read nothing for a time. Throws CommandRefusedError. */
  break(kind: string): void {
    if (this.#worker === undefined) throw new CommandRefusedError("nothing is armed, so nothing reads");
    if (kind === "kill") void this.#worker.terminate();
    else if (kind === "stall") this.#post({ kind: "stall", ms: 2_000 });
    else if (kind === "trap") this.#post({ kind: "fall" });
    else throw new CommandRefusedError(`reader: expected kill, trap or stall, found ${kind}`);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#worker) await within(this.#worker.terminate(), terminateMs);
  }

  #start(): void {
    if (this.#worker !== undefined || this.#isClosed) return;
    const data: StreamReaderStart = { buffer: this.#options.memory.buffer };
    const worker = new Worker(new URL("./stream_reader_worker.ts", import.meta.url), { workerData: data });
    this.#worker = worker;
    worker.on("message", (report: StreamReaderReport) => this.#receive(report));
    worker.on("error", (error: Error) => this.#lose(worker, error.message));
    worker.on("exit", () => this.#lose(worker, "it was ended"));
    for (const { file, pins } of this.#known.values()) {
      this.#post({ kind: "open", file: file.number, path: file.path });
      for (const frame of pins.keys()) this.#post({ kind: "pin", file: file.number, frame });
    }
  }

  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker || this.#isClosed) return;
    this.#worker = undefined;
    this.#restarts++;
    this.#options.onLoss(`the thread that reads streams was lost (${reason}) and is started again`);
    this.#start();
  }

  #receive(report: StreamReaderReport): void {
    const { onWarning, onLoss } = this.#options;
    if (report.kind === "warning") return onWarning(report.text);
    if (report.kind === "loss") return onLoss(report.text);
    const known = this.#known.get(report.file);
    if (known === undefined) return;
    switch (report.kind) {
      case "armed": {
        if (known.isArmed) return;
        known.isArmed = true;
        known.file = { ...known.file, channels: report.channels, frames: report.frames };
        this.#record(known);
        return known.armed.resolve(known.file);
      }
      case "pinned":
        this.#options.keep();
        return known.pins.get(report.frame)?.resolve();
      case "hashed":
        known.file = { ...known.file, sha256: report.sha256 };
        return known.isArmed ? this.#record(known) : undefined;
      case "failed":
        return this.#fail(known, report.problem);
    }
  }

  #record({ file }: Known): void {
    this.#options.record(file);
    this.#options.keep();
  }

  /** One that was never armed is forgotten; any other is opened again, because players may be on it. */
  #fail(known: Known, problem: string): void {
    const { number, path } = known.file;
    if (!known.isArmed) known.armed.reject(new CommandRefusedError(problem));
    if (!known.isArmed && known.file.channels === 0) {
      this.#known.delete(number);
      return;
    }
    this.#options.onLoss(`${problem}; it is opened again`);
    setTimeout(() => {
      if (this.#known.get(number) !== known || this.#isClosed) return;
      this.#post({ kind: "open", file: number, path });
      for (const frame of known.pins.keys()) this.#post({ kind: "pin", file: number, frame });
    }, reopenMs);
  }

  #post(request: StreamReaderRequest): void {
    this.#worker?.postMessage(request);
  }
}

function newlyKnown(file: StreamedFile): Known {
  const armed = Promise.withResolvers<ArmedFile>();
  armed.promise.catch(() => {}); // told to whoever asks
  return { file, armed, isArmed: false, pins: new Map() };
}
