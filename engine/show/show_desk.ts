/**
 * The show of an engine: loads and edits it, and tells what changes. Main isolate.
 */
import { readTextFile } from "../../foundation/read_text_file.ts";
import { writeWhole } from "../../foundation/write_whole.ts";
import { CommandRefusedError } from "../control/control.ts";
import type { ShowControl } from "../control/show_control.ts";
import type { ShowListView, ShowStatusView } from "../control/show_view.ts";
import { initialShowState, maxShowBytes, type ShowEvent } from "../../show/mod.ts";
import { openShow } from "./open_show.ts";
import type { SavedShow } from "./saved_show.ts";
import type { ShowHost, ShowServices } from "./show_host.ts";
import { type OpenedShow, ShowPlayer } from "./show_player.ts";
import { listView } from "./show_views.ts";

/** Least time between two tellings of the status. */
const statusMs = 50;

/** Time between two attempts to let go of files that played on. */
const releaseMs = 1_000;

export class ShowDesk {
  readonly #host: ShowHost;
  readonly #services: ShowServices;
  readonly #nowMs: () => number;
  readonly #listeners = new Set<(change: "list" | "status") => void>();
  #player: ShowPlayer | undefined;
  #control: ShowControl | undefined;
  #list: ShowListView | undefined;
  #hasChanged = false;
  #toldMs = -Infinity;
  /** Files that the show does not name any more, and that may still play. */
  readonly #leftFiles = new Set<string>();
  #releasedMs = -Infinity;
  /** One load or edit at a time. */
  #isOpening = false;

  constructor(host: ShowHost, services: ShowServices, nowMs = () => performance.now()) {
    this.#host = host;
    this.#services = services;
    this.#nowMs = nowMs;
  }

  /** Undefined: no show is loaded. */
  get control(): ShowControl | undefined {
    return this.#control;
  }

  /** As `EngineControl.loadShow`. */
  async load(file: string): Promise<readonly string[]> {
    const path = this.#services.allowedShow(file);
    const text = await readShowFile(path);
    return await this.#open({ file: path, text }, async (opened) => {
      const { patch } = opened.show;
      if (patch !== undefined) await this.#services.loadPatch(patch);
      else if (!this.#host.hearsBuses) await this.#services.loadPatch("stage");
      this.#play(new ShowPlayer(opened, this.#playerOptions));
    });
  }

  /**
   * Goes on with a show that a process before has played.
   *
   * @param isRestart the sound has stopped since: what it has not heard did not happen
   */
  async goOn(saved: SavedShow, { isRestart }: { readonly isRestart: boolean }): Promise<void> {
    const options = { ...this.#partsOfHost, services: this.#services, isPlaying: true };
    const { opened, warnings } = await openShow(saved, options);
    warnings.forEach((warning) => this.#host.warn(warning));
    this.#host.goOnFrom(saved.place);
    this.#play(new ShowPlayer(opened, { ...this.#playerOptions, saved, isRestart }));
  }

  /** For every tick. */
  poll(): void {
    this.#player?.poll();
    if (this.#leftFiles.size > 0 && this.#nowMs() - this.#releasedMs >= releaseMs) this.#releaseFiles();
    if (!this.#hasChanged || this.#control === undefined) return;
    const nowMs = this.#nowMs();
    if (nowMs - this.#toldMs < statusMs) return;
    this.#hasChanged = false;
    this.#toldMs = nowMs;
    this.#host.emit({ event: "showStatus", status: this.#control.status() });
    this.#tell("status");
  }

  /** Renderers began again with an untouched patch. */
  restart(): void {
    this.#player?.restart();
  }

  /** Another patch plays. */
  patchChanged(): void {
    this.#player?.patchChanged();
  }

  /** What a restart goes on from. */
  get saved(): SavedShow | undefined {
    return this.#player?.saved;
  }

  get #partsOfHost() {
    const host = this.#host;
    const { sampleRateHz, inputChannels } = host;
    return { arm: host.arm.bind(host), sampleRateHz, inputChannels };
  }

  get #playerOptions() {
    return {
      ...{ host: this.#host, services: this.#services, initial: initialShowState },
      onChange: () => void (this.#hasChanged = true),
    };
  }

  #play(player: ShowPlayer): void {
    this.#player?.end();
    this.#player = player;
    this.#control = this.#controlOf(player);
    this.#listChanged();
  }

  #listChanged(): void {
    const { opened, revision } = this.#player!;
    this.#list = listView(opened, revision);
    this.#hasChanged = true;
    this.#host.emit({ event: "showList", revision });
    this.#tell("list");
  }

  #controlOf(player: ShowPlayer): ShowControl {
    const desk = { list: () => this.#list!, edit: (text: string) => this.#edit(player, text) };
    return {
      press: (event: ShowEvent, at?: { readonly frame?: number }) => player.press(event, at),
      frameOf: (engineFrame) => this.#host.frameOf(engineFrame),
      get list(): ShowListView {
        return desk.list();
      },
      status: (): ShowStatusView => player.status(),
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
      },
      get text(): string {
        return player.opened.text;
      },
      edit: (text: string) => desk.edit(text),
      check: async () => {
        const { file, text } = player.opened;
        const parts = { ...this.#partsOfHost, services: this.#services, isPlaying: true };
        return (await openShow({ file, text }, parts)).warnings;
      },
      reload: async () => await desk.edit(await readShowFile(player.opened.file)),
      save: () => {
        const { file, text } = player.opened;
        try {
          writeWhole(file, text);
          return Promise.resolve();
        } catch (error) {
          return Promise.reject(
            new CommandRefusedError(`${file} cannot be written: ${(error as Error).message}`),
          );
        }
      },
    };
  }

  async #edit(player: ShowPlayer, text: string): Promise<readonly string[]> {
    return await this.#open({ file: player.opened.file, text }, (opened) => {
      player.change(opened);
      this.#listChanged();
      return Promise.resolve();
    });
  }

  async #open(
    source: { readonly file: string; readonly text: string },
    use: (opened: OpenedShow) => Promise<void>,
  ): Promise<readonly string[]> {
    if (this.#isOpening) {
      throw new CommandRefusedError("another show is being read; try again when it is done");
    }
    this.#isOpening = true;
    const parts = this.#partsOfHost;
    for (const { path } of this.#player?.opened.sounds.values() ?? []) this.#leftFiles.add(path);
    const options = {
      ...{ ...parts, services: this.#services },
      arm: (...[file, frame]: Parameters<typeof parts.arm>) => {
        this.#leftFiles.add(file.path);
        return parts.arm(file, frame);
      },
    };
    try {
      const { opened, warnings } = await openShow(source, options);
      await use(opened);
      return warnings;
    } finally {
      this.#isOpening = false;
      this.#releaseFiles();
    }
  }

  /** Lets go of the files that no cue names and nothing plays. */
  #releaseFiles(): void {
    if (this.#isOpening) return;
    this.#releasedMs = this.#nowMs();
    const named = new Set([...this.#player?.opened.sounds.values() ?? []].map(({ path }) => path));
    for (const path of this.#leftFiles) {
      const isDone = named.has(path) || ((this.#player?.forgets(path) ?? true) && this.#host.disarm(path));
      if (isDone) this.#leftFiles.delete(path);
    }
  }

  #tell(change: "list" | "status"): void {
    for (const listener of this.#listeners) listener(change);
  }
}

async function readShowFile(file: string): Promise<string> {
  try {
    return await readTextFile(file, maxShowBytes);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new CommandRefusedError(`${file}: there is no such file`);
    }
    throw new CommandRefusedError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
